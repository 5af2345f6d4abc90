using ModelServing.Registry.Onnx;
using ModelServing.TestKit.Hostile;

namespace ModelServing.Services.Tests.Registry.Onnx;

/// <summary>The artifacts of <c>tests/Hostile/artifacts.yaml</c> by the rules, which run no model.</summary>
public class HostileRulesTests
{
    public static TheoryData<string> Names => [.. HostileArtifact.All.Select(static artifact => artifact.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_rules_refuse_what_they_must_and_nothing_else(string name)
    {
        var artifact = HostileArtifact.All.Single(artifact => artifact.Name == name);
        var codes = OnnxInspection.Inspect(artifact.Model).Findings.Select(static finding => finding.Code).Distinct();
        Assert.Equal(artifact.Rule is null ? [] : [artifact.Rule], codes);
    }
}
