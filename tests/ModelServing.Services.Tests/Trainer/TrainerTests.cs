using System.Diagnostics;
using ModelServing.Registry;
using ModelServing.Sample;
using ModelServing.TestKit;
using ModelServing.Trainer;

namespace ModelServing.Services.Tests.Trainer;

public class TrainerTests
{
    [Fact]
    public async Task The_same_training_gives_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        var outputs = await Task.WhenAll(TrainAsync(folder.Combine("one")), TrainAsync(folder.Combine("two")));
        Assert.All(outputs, text => Assert.Contains("gradient-boosted-trees", text, StringComparison.Ordinal));
        foreach (var version in SampleArtifacts.Versions)
        {
            foreach (var name in (string[])[SampleArtifacts.ModelFileName, SampleArtifacts.TrainingFileName])
            {
                var (one, two) = (Bytes("one"), Bytes("two"));
                Assert.True(one.AsSpan().SequenceEqual(two), $"version {version}: {name} differs");

                byte[] Bytes(string run) =>
                    File.ReadAllBytes(Path.Combine(SampleArtifacts.VersionFolder(folder.Combine(run), version), name));
            }

            var training = TrainingInfo.Parse(File.ReadAllBytes(Path.Combine(
                SampleArtifacts.VersionFolder(folder.Combine("one"), version),
                SampleArtifacts.TrainingFileName)));
            Assert.InRange(training.Metrics["auc"], 0.7, 1);
        }
    }

    [Fact]
    public void Without_arguments_it_writes_the_committed_artifacts()
    {
        Assert.True(TrainerArguments.TryParse([], out var arguments, out _));
        Assert.EndsWith(Path.Combine("services", "Sample", "Artifacts"), arguments.Output, StringComparison.Ordinal);
        Assert.Equal(SampleDataset.Settings, arguments.Settings);
    }

    [Theory]
    [InlineData("--small", "--small requires --output FOLDER")]
    [InlineData("--output", "--output requires a folder")]
    [InlineData("--output x --smal", "unknown argument '--smal'; the trainer accepts --output FOLDER, and --small for a fifth of the data")]
    [InlineData("x", "unknown argument 'x'")]
    public void A_wrong_command_line_is_refused_with_the_reason(string arguments, string problem)
    {
        Assert.False(TrainerArguments.TryParse(arguments.Split(' '), out _, out var actual));
        Assert.StartsWith(problem, actual, StringComparison.Ordinal);
    }

    private static async Task<string> TrainAsync(string output)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "ModelServing.Trainer"), ["--small", "--output", output])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await error);
        return text;
    }
}
