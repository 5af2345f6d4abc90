using ModelServing.Cli;
using ModelServing.Cli.Publishing;
using ModelServing.Cli.Up;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Registry.Safety;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Publishing;

/// <summary>What <c>ms publish</c> makes of a first run. Scripts take the place of the program.</summary>
public class PublishedFirstRunTests
{
    private const string Opened = """printf '{"step":"Started"}\n{"step":"Opened"}\n'; """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_model_that_the_runtime_refuses_is_not_published()
    {
        var e = await Assert.ThrowsAsync<RegistryException>(
            () => RunAsync("""printf '{"step":"Started"}\n{"step":"Refused","text":"unknown operator"}\n'"""));
        Assert.Equal(FindingCode.Runtime, Assert.Single(e.Findings).Code);
        Assert.Contains("unknown operator", e.Findings[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_kills_its_process_is_not_published()
    {
        var e = await Assert.ThrowsAsync<RegistryException>(() => RunAsync(Opened + "kill -FPE $$"));
        Assert.Equal(FindingCode.FirstRunCrash, Assert.Single(e.Findings).Code);
    }

    [Fact]
    public async Task A_model_that_can_not_be_tried_is_not_published()
    {
        var e = await Assert.ThrowsAsync<CommandException>(() => RunAsync("echo no library >&2; exit 3"));
        Assert.Equal(ExitCode.Failed, e.ExitCode);
        Assert.Contains("m version 1 is not published, because it can't be tried: ", e.Lines[0], StringComparison.Ordinal);
        Assert.Contains("no library", e.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_answer_to_zeros_is_shown()
    {
        var answer = await RunAsync(Opened + """printf '{"step":"Answered","values":{"y":"0.5"}}\n{"step":"Done"}\n'""");
        Assert.Equal("  output  y FP32 [-1,1], for zeros: 0.5", answer.Lines().Last());
    }

    private static async Task<FirstAnswer> RunAsync(string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no shell");
        using var folder = new TemporaryFolder();
        var artifact = await new ModelRegistry(RegistryLocation.Open("file:" + folder.FullPath), TimeProvider.System).DescribeAsync(
            ModelName.Parse("m"), new ModelVersion(1), new MemoryStream(SomeOnnx.Linear(3, 1)), TrainingInfo.None, Cancellation);
        return await PublishedFirstRun.RunAsync(artifact, new HostProgram("/bin/sh", ["-c", script]), Cancellation);
    }
}
