using ModelServing.TestKit;
using YamlDotNet.RepresentationModel;

namespace ModelServing.EndToEnd.Tests.Workflows;

/// <summary>The steps of a workflow of .github/workflows.</summary>
internal sealed class Workflow
{
    private readonly YamlMappingNode jobs;

    private Workflow(YamlMappingNode jobs) => this.jobs = jobs;

    internal static Workflow Read(string name)
    {
        using var reader = File.OpenText(Repository.Combine(".github", "workflows", name + ".yml"));
        var yaml = new YamlStream();
        yaml.Load(reader);
        var root = (YamlMappingNode)yaml.Documents[0].RootNode;
        Assert.Equal("bash", ((YamlScalarNode)root["defaults"]["run"]["shell"]).Value);
        return new Workflow((YamlMappingNode)root["jobs"]);
    }

    /// <summary>The steps of a job, in order.</summary>
    internal IReadOnlyList<WorkflowStep> Steps(string job) =>
        [.. ((YamlSequenceNode)jobs[job]["steps"]).Cast<YamlMappingNode>().Select(static step =>
        new WorkflowStep(Text(step, "name"), Text(step, "uses"), Text(step, "run"), Map(step, "env"), Map(step, "with")))];

    private static string? Text(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out var value) ? ((YamlScalarNode)value).Value : null;

    private static Dictionary<string, string> Map(YamlMappingNode node, string key) => node.Children.TryGetValue(key, out var value)
        ? ((YamlMappingNode)value)
            .ToDictionary(static pair => ((YamlScalarNode)pair.Key).Value!, static pair => ((YamlScalarNode)pair.Value).Value!)
        : [];
}
