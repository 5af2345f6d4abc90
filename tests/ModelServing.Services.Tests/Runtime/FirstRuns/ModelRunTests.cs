using Microsoft.ML.OnnxRuntime;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Runtime.FirstRuns;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Runtime.FirstRuns;

public class ModelRunTests
{
    // The loop takes as many steps as its input says, and none if that is negative.
    [Fact]
    public async Task A_run_with_other_elements_that_does_not_end_is_ended_and_the_others_follow()
    {
        using var folder = new TemporaryFolder();
        var registry = new ModelRegistry(RegistryLocation.Open("file:" + folder.FullPath), TimeProvider.System);
        var model = SomeSlowOnnx.Loop();
        var artifact = await registry.DescribeAsync(
            ModelName.Parse("m"), new ModelVersion(1), new MemoryStream(model), TrainingInfo.None, TestContext.Current.CancellationToken);
        using var session = new InferenceSession(model);
        var begun = new List<string>();
        new ModelRun(session, artifact.Manifest).OnOthers(begun.Add);
        Assert.Equal(5, begun.Count);
        Assert.Contains("highest", begun[2], StringComparison.Ordinal);
    }
}
