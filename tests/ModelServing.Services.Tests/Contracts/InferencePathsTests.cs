using ModelServing.Contracts;

namespace ModelServing.Services.Tests.Contracts;

public class InferencePathsTests
{
    [Fact]
    public void Paths_are_the_protocols()
    {
        var (model, version) = (ModelName.Parse("fraud"), new ModelVersion(2));
        Assert.Equal("/v2/models/fraud", InferencePaths.Model(model));
        Assert.Equal("/v2/models/fraud/versions/2", InferencePaths.Model(model, version));
        Assert.Equal("/v2/models/fraud/infer", InferencePaths.Infer(model));
        Assert.Equal("/v2/models/fraud/versions/2/infer", InferencePaths.Infer(model, version));
    }
}
