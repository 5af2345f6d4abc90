using System.CommandLine;
using ModelServing.Cli;
using ModelServing.Contracts;
using ModelServing.Settings;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli;

public sealed class InitCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData]
    [InlineData("churn")]
    [InlineData("churn", "img-2")]
    public void The_file_names_the_models_and_has_no_faults(params string[] models)
    {
        var (file, faults) = StackFile.Parse(InitCommand.Write([.. models.Select(static name => ModelName.Parse(name))]));
        Assert.Empty(faults);
        Assert.Empty(file!.Check());
        Assert.Equal(models, file.Settings.Models.Keys.Select(static name => name.Text));
        Assert.All(file.Settings.Models.Values, static model => Assert.Equal((1, null), (model.Stable.Version.Number, model.Canary)));
    }

    [Fact]
    public void The_next_commands_are_printed_and_a_file_is_never_overwritten()
    {
        var printed = new RecordedTerminal();
        var stack = new StackLocation("local", folder.FullPath);
        Assert.Equal(ExitCode.Done, InitCommand.Run(printed.Terminal, stack, [ModelName.Parse("churn")]));
        Assert.Equal(["Pulumi.local.yaml is written. Next:", "  ms publish churn FILE.onnx", "  ms up"], printed.Lines);
        var text = File.ReadAllText(stack.FilePath);
        Assert.Throws<CommandException>(() => InitCommand.Run(printed.Terminal, stack, []));
        Assert.Equal(text, File.ReadAllText(stack.FilePath));
    }

    [Fact]
    public void Commands_without_a_stack_use_the_file_of_init_and_a_demo_uses_its_own()
    {
        Assert.Equal(("dev", "dev"), Stacks());
        File.WriteAllText(folder.Combine("Pulumi.demo.yaml"), "");
        Assert.Equal(("dev", "demo"), Stacks());
        InitCommand.Run(new RecordedTerminal().Terminal, new StackLocation("local", folder.FullPath), []);
        Assert.Equal(("local", "demo"), Stacks());
        Assert.Equal(("prod", "prod"), Stacks("--stack", "prod"));
    }

    private (string Default, string Demo) Stacks(params string[] arguments)
    {
        var options = new StackOptions();
        var command = new Command("some");
        options.AddTo(command);
        var parsed = command.Parse([.. arguments, "--cwd", folder.FullPath]);
        return (options.Read(parsed).Name, options.ReadForDemo(parsed).Name);
    }
}
