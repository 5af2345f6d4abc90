using ModelServing.Contracts.Monitoring;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.House;

public class MetricsDocumentTests
{
    [Fact]
    public void Docs_have_every_metric_and_dimension_of_models()
    {
        var text = File.ReadAllText(Repository.Combine("docs/metrics.md"));
        Assert.All(typeof(ModelMetric).GetFields(), constant => Assert.Contains($"`{constant.GetRawConstantValue()}`", text, StringComparison.Ordinal));
    }
}
