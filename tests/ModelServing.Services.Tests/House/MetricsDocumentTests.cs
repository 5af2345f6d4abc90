using ModelServing.Contracts.Monitoring;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.House;

/// <summary>docs/metrics.md lists all metrics.</summary>
public class MetricsDocumentTests
{
    [Fact]
    public void The_document_lists_every_metric_and_dimension_of_models()
    {
        var text = File.ReadAllText(Repository.Combine("docs/metrics.md"));
        Assert.All(
            typeof(ModelMetric).GetFields(),
            constant => Assert.Contains($"`{constant.GetRawConstantValue()}`", text, StringComparison.Ordinal));
    }
}
