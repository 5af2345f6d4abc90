using ModelServing.Cli;
using ModelServing.Cli.Predictions;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Predictions;

/// <summary>The program of batch jobs is built from its sources, if they are there.</summary>
public sealed class JobsProgramTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Ms => folder.Combine("artifacts", "bin", "Cli", "release");

    private string Assembly => folder.Combine("artifacts", "bin", "Jobs", "release", "ModelServing.Jobs.dll");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Without_sources_the_built_program_is_used()
    {
        var terminal = new RecordedTerminal();
        var e = await Assert.ThrowsAsync<CommandException>(() => JobsProgram.BuildAsync(terminal.Terminal, Ms, "dotnet", default));
        Assert.Contains("does not exist", e.Lines[0], StringComparison.Ordinal);
        Create(Assembly, "");
        Assert.Equal(new JobsProgram("dotnet", Assembly), await JobsProgram.BuildAsync(terminal.Terminal, Ms, "dotnet", default));
    }

    [Fact]
    public async Task Sources_are_built_and_the_errors_of_a_failed_build_are_shown()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the stand-in for dotnet is a shell script");
        Create(folder.Combine("services", "Jobs", "Jobs.csproj"), "");
        var dotnet = folder.Combine("dotnet");
        Create(dotnet, "#!/bin/sh\necho \"$@\" > called\necho 'Jobs.cs(1,1): error'\nexit $(cat code)\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(dotnet, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Create(folder.Combine("services", "Jobs", "code"), "0");
        var terminal = new RecordedTerminal();
        Assert.Equal(Assembly, (await JobsProgram.BuildAsync(terminal.Terminal, Ms, dotnet, default)).Assembly);
        Assert.Contains("Building services/Jobs", terminal.Output, StringComparison.Ordinal);
        var called = await File.ReadAllTextAsync(folder.Combine("services", "Jobs", "called"), TestContext.Current.CancellationToken);
        Assert.Contains("-p:Configuration=release", called, StringComparison.Ordinal);

        Create(folder.Combine("services", "Jobs", "code"), "1");
        var e = await Assert.ThrowsAsync<CommandException>(() => JobsProgram.BuildAsync(terminal.Terminal, Ms, dotnet, default));
        Assert.Contains("Jobs.cs(1,1): error", e.Lines);
    }

    private static void Create(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
