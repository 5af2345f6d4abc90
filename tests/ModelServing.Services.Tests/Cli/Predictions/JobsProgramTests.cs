using ModelServing.Cli;
using ModelServing.Cli.Predictions;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Predictions;

/// <summary>The program of batch jobs, whose build is not part of <c>ms</c>'s.</summary>
public sealed class JobsProgramTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Ms => folder.Combine("artifacts", "bin", "Cli", "release");

    private string Assembly => folder.Combine("artifacts", "bin", "Jobs", "release", "ModelServing.Jobs.dll");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void It_is_found_beside_ms_and_an_error_says_how_to_build_it()
    {
        var e = Assert.Throws<CommandException>(() => JobsProgram.Find(Ms, "dotnet"));
        Assert.Equal([$"{Assembly} does not exist", "'./dev ms' builds it for the commands that start it."], e.Lines);
        Create(Assembly, "");
        Assert.Equal(new JobsProgram("dotnet", Assembly), JobsProgram.Find(Ms, "dotnet"));
    }

    private static void Create(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
