using Pulumi;
using Pulumi.Utilities;

namespace ModelServing.Stacks.Preview;

/// <summary>All resources of a stack, in the order in which the program creates them, and the notes that the preview prints below
/// them.</summary>
internal sealed record StackSnapshot(string Stack, IReadOnlyList<PreviewResource> Resources, IReadOnlyList<string> Notes)
{
    private const string RootType = "pulumi:pulumi:Stack";

    /// <summary>Runs the program offline.</summary>
    /// <exception cref="RunException">The program failed; the message says why.</exception>
    internal static async Task<StackSnapshot> RenderAsync(string yaml, string stack, bool foundationOnly)
    {
        var configuration = StackConfiguration.FromFile(yaml, foundationOnly);
        var rendered = await StackRendering.RunAsync(new OfflineMocks(), configuration, stack);
        var parents = rendered.Resources.ToDictionary(static r => r.Resource, static r => r.Options.Parent);
        var resources = new List<PreviewResource>();
        foreach (var resource in rendered.Resources)
        {
            var parent = resource.Type == RootType ? "" : UrnOf(resource.Options.Parent ?? rendered.Stack);
            var inputs = await InputReader.ReadAsync(resource.Args);
            resources.Add(new PreviewResource(UrnOf(resource.Resource), resource.Type, resource.Name, parent, inputs));
        }

        var notes = new List<string>();
        if (configuration.HasStandInImages)
            notes.Add("images: none in the stack file yet, so the digest is sha256:0...0 (--phase foundation shows the first apply)");
        notes.Add("not checked: artifacts");
        if (foundationOnly)
            notes.AddRange((await OutputUtilities.GetValueAsync(rendered.Stack.Next)).Select(static step => $"next: {step}"));
        return new StackSnapshot(stack, resources, notes);

        string UrnOf(Resource resource) =>
            $"urn:pulumi:{stack}::{Contracts.BucketName.Project}::{TypesOf(resource)}::{resource.GetResourceName()}";

        // As in the engine's URNs: the types of all parents except the stack.
        string TypesOf(Resource resource) =>
            parents.GetValueOrDefault(resource) is { } parent && parent.GetResourceType() != RootType
                ? $"{TypesOf(parent)}${resource.GetResourceType()}"
                : resource.GetResourceType();
    }
}
