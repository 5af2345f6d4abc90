using System.Runtime.InteropServices;
using ModelServing.Contracts;
using ModelServing.Inference;
using ModelServing.Registry.FirstRuns;
using ModelServing.Registry.Safety;
using ModelServing.TestKit;
using ModelServing.TestKit.Hostile;

namespace ModelServing.Services.Tests.Runtime.FirstRuns;

/// <summary>The artifacts of <c>tests/Hostile/artifacts.yaml</c> in the processes that publishing starts.</summary>
[Trait(ThirdLane.Trait, ThirdLane.Value)]
public class HostileArtifactTests
{
    // A refusal of the runtime's that depends on its version. Only the process must not die.
    private const string Anything = "anything";

    private static readonly FirstRunProgram Program = FirstRunProgram.For(typeof(InferenceHost).Assembly);

    // Lower than those of publishing, so that a bomb ends soon.
    private static readonly FirstRunLimits Limits = new(768L * 1024 * 1024, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(120))
    {
        IsFairMemory = true,
        IsFairTime = true,
        ForOthers = TimeSpan.FromSeconds(1),
    };

    public static TheoryData<string> Names => [.. HostileArtifact.All.Select(static artifact => artifact.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_first_run_refuses_what_would_harm_a_pod(string name)
    {
        var artifact = Find(name);
        // Only this processor traps. Elsewhere the result is a wrong number.
        Assert.SkipWhen(
            artifact.Rule == FindingCode.IntegerDivision && RuntimeInformation.ProcessArchitecture != Architecture.X64,
            "this processor does not trap when the lowest integer is divided by -1");
        var manifest = artifact.Manifest(SomeArtifact.Manifest(ModelName.Parse("hostile"), new ModelVersion(1), artifact.Model));
        using var model = new MemoryStream(artifact.Model);
        var result = await new FirstRun(Program).RunAsync(manifest, model, Limits, TestContext.Current.CancellationToken);
        Assert.True(result.Unknown is null, result.Unknown);
        if (artifact.Run == Anything)
            Assert.NotEqual(FindingCode.FirstRunCrash, result.Finding?.Code);
        else
            Assert.True(artifact.Run == result.Finding?.Code, $"{result.Finding}; {result.NoAnswer}");
        if (artifact.Says is { } says)
            Assert.Contains(says, result.Finding!.Message, StringComparison.Ordinal);
    }

    private static HostileArtifact Find(string name) => HostileArtifact.All.Single(artifact => artifact.Name == name);
}
