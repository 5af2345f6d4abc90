using System.Text;
using ModelServing.Cli;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Settings.Models;
using ModelServing.Settings.Yaml;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli;

public sealed class StackLocationTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_missing_stack_file_is_named_with_its_options()
    {
        var e = Assert.Throws<CommandException>(() => new StackLocation("prod", folder.FullPath).Read());
        Assert.Equal(ExitCode.WrongInput, e.ExitCode);
        Assert.StartsWith(folder.Combine("Pulumi.prod.yaml") + " does not exist; ", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../x")]
    [InlineData(".x")]
    public void A_name_that_could_lead_out_of_the_folder_is_refused(string name) =>
        Assert.Equal(ExitCode.WrongInput, Assert.Throws<CommandException>(() => new StackLocation(name, folder.FullPath)).ExitCode);

    [Fact]
    public void Every_fault_is_a_line_with_its_position()
    {
        var e = Assert.Throws<CommandException>(() => Stack.Parse(Bytes(SomeStack.Yaml(percent: "101")
            + "  modelserving:local:\n    port: x\n")));
        Assert.Equal(
            [
                "Pulumi.dev.yaml:8:18: modelserving:models.fraud.canary.percent: 101 is not between 0 and 100",
                "Pulumi.dev.yaml:10:11: modelserving:local.port: 'x' is not a whole number from 1 to 65535 in plain digits",
            ],
            e.Lines);
    }

    [Fact]
    public void A_byte_order_mark_is_skipped() => Assert.NotNull(Stack.Parse([.. Encoding.UTF8.Preamble, .. Bytes(SomeStack.Yaml())]));

    [Fact]
    public void A_change_keeps_the_byte_order_mark_line_ends_mode_and_link()
    {
        var file = Directory.CreateDirectory(folder.Combine("elsewhere")).FullName + "/file.yaml";
        var text = SomeStack.Yaml().ReplaceLineEndings("\r\n");
        File.WriteAllBytes(file, [.. Encoding.UTF8.Preamble, .. Bytes(text)]);
        File.CreateSymbolicLink(Stack.FilePath, file);
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, Mode);

        Stack.Change([new StackEdit.Set("models.fraud.canary.percent", "7")]);

        Assert.Equal(
            (byte[])[.. Encoding.UTF8.Preamble, .. Bytes(text.Replace("percent: 5", "percent: 7", StringComparison.Ordinal))],
            File.ReadAllBytes(file));
        Assert.Equal(file, File.ResolveLinkTarget(Stack.FilePath, returnFinalTarget: true)!.FullName);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(Mode, File.GetUnixFileMode(file));
        Assert.Equal([file], Directory.GetFiles(folder.Combine("elsewhere")));
    }

    [Fact]
    public void A_change_that_can_not_be_made_leaves_the_file_as_it_is()
    {
        File.WriteAllText(Stack.FilePath, SomeStack.Yaml());
        var e = Assert.Throws<CommandException>(() => Stack.Change([
            new StackEdit.Set("models.fraud.canary.percent", "7"),
            new StackEdit.Set("models.fraud.stable", "1"),
        ]));
        Assert.Equal(["Pulumi.dev.yaml: modelserving:models.fraud.stable: line 5 is a map or a list; it must be a single value"], e.Lines);
        Assert.Equal(SomeStack.Yaml(), File.ReadAllText(Stack.FilePath));
    }

    [Fact]
    public void A_file_that_is_not_UTF_8_is_refused() =>
        Assert.Equal(
            ["Pulumi.dev.yaml: the file is not UTF-8 text"],
            Assert.Throws<CommandException>(() => Stack.Parse([0xFF, 0xFE, 0x00])).Lines);

    [Fact]
    public void Folders_are_relative_to_the_stack_file()
    {
        Assert.Equal(folder.Combine(".modelserving", "dev"), Stack.StateFolder(new LocalSettings()));
        Assert.Equal(folder.Combine(".modelserving", "dev", "registry"), Stack.RegistryFolder(new LocalSettings()));
        Assert.Equal(folder.Combine("s"), Stack.StateFolder(new LocalSettings { State = "s/" }));
        Assert.Equal(folder.Combine("s", "registry"), Stack.RegistryFolder(new LocalSettings { State = "s" }));
        Assert.Equal("/srv/models", Stack.RegistryFolder(new LocalSettings { State = "s", Registry = "/srv/models" }));
    }

    [Fact]
    public async Task Unpublished_versions_bring_the_hint()
    {
        var registry = new ModelRegistry(new FolderObjectStore(folder.Combine("registry")), TimeProvider.System);
        IReadOnlyList<PublishedVersion>? hinted = null;
        var e = await Assert.ThrowsAsync<CommandException>(() => Stack.CheckAsync(
            Stack.Parse(Bytes(SomeStack.Yaml())),
            registry,
            missing =>
            {
                hinted = missing;
                return ["publish them"];
            },
            default));
        Assert.Equal([1, 2], hinted!.Select(static version => version.Version.Number));
        Assert.Equal(3, e.Lines.Count);
        Assert.Equal("publish them", e.Lines[^1]);
        Assert.StartsWith(
            "Pulumi.dev.yaml:5:18: modelserving:models.fraud.stable.version: version 1 of fraud is not published",
            e.Lines[0],
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_canary_that_can_not_answer_stables_callers_is_refused_unless_the_file_allows_it()
    {
        var registry = new ModelRegistry(new FolderObjectStore(folder.Combine("registry")), TimeProvider.System);
        await PublishAsync(1, SomeOnnx.Identity(Datatype.Fp32, -1, 3));
        await PublishAsync(2, SomeOnnx.Identity(Datatype.Fp32, -1, 4));
        await PublishAsync(3, SomeOnnx.Identity(Datatype.Fp32, -1, 3));
        var e = await Assert.ThrowsAsync<CommandException>(() => CheckAsync(SomeStack.Yaml()));
        Assert.Equal(
            [
                "Pulumi.dev.yaml:7:18: modelserving:models.fraud.canary.version: version 2 of fraud can't answer all requests of the " +
                "stable version 1: it takes x FP32 [-1,4] instead of x FP32 [-1,3]; it returns y FP32 [-1,4] instead of y FP32 [-1,3]. " +
                "Publish a version with the same inputs and outputs, or set allowOtherInterface: true beside this setting",
            ],
            e.Lines);
        File.WriteAllText(Stack.FilePath, SomeStack.Yaml());
        Assert.StartsWith(
            "Version 2 can't answer all requests of the stable version 1: it takes x FP32 [-1,4] instead of x FP32 [-1,3]; ",
            await RemarkAsync(2),
            StringComparison.Ordinal);
        Assert.Null(await RemarkAsync(3));
        Assert.Null(await RemarkAsync(1));
        await CheckAsync(SomeStack.Yaml() + "        allowOtherInterface: true\n");
        await CheckAsync(SomeStack.Yaml(canary: "3"));

        const string Experiment = """
            config:
              modelserving:models:
                fraud:
                  stable: { version: 1 }
                  experiment: { name: q4, arms: { small: { version: 3, percent: 10 }, large: { version: 2, percent: 10{0} } } }

            """;
        e = await Assert.ThrowsAsync<CommandException>(() => CheckAsync(Experiment.Replace("{0}", "", StringComparison.Ordinal)));
        Assert.Contains("experiment.arms.large.version: version 2", Assert.Single(e.Lines), StringComparison.Ordinal);
        await CheckAsync(Experiment.Replace("{0}", ", allowOtherInterface: true", StringComparison.Ordinal));

        Task<string?> RemarkAsync(int version) => InterfaceCheck.RemarkAsync(
            Stack, registry, ModelName.Parse("fraud"), new ModelVersion(version), default);

        Task CheckAsync(string yaml) => Stack.CheckAsync(Stack.Parse(Bytes(yaml)), registry, static _ => [], default);

        async Task PublishAsync(int version, byte[] onnx)
        {
            using var model = new MemoryStream(onnx);
            await registry.PublishAsync(ModelName.Parse("fraud"), new ModelVersion(version), model, TrainingInfo.None, default);
        }
    }

    private StackLocation Stack => new("dev", folder.FullPath);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
