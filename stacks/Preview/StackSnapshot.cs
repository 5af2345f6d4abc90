using ModelServing.Settings.Clients;
using ModelServing.Settings.Cloud;
using Pulumi;
using Pulumi.Utilities;

namespace ModelServing.Stacks.Preview;

/// <summary>All resources of a stack, in the order in which the program creates them, and the notes that the preview prints below
/// them.</summary>
internal sealed record StackSnapshot(string Stack, IReadOnlyList<PreviewResource> Resources, IReadOnlyList<string> Notes)
{
    /// <summary>How a note begins that is a step for a person.</summary>
    internal const string NextStep = "next: ";

    private const string RootType = "pulumi:pulumi:Stack";

    /// <summary>Who may call the platform. Null if nothing serves yet, and in a snapshot of an earlier program.</summary>
    public IReadOnlyList<AccessFact>? Access { get; init; }

    /// <summary>How the inputs and outputs of canaries and arms compare with those of stable, one line for each. Null if nothing serves
    /// yet, and in a snapshot of an earlier program.</summary>
    public IReadOnlyList<string>? Interfaces { get; init; }

    /// <summary>Whether the program that made it compares secrets, options and clients. Earlier ones do not.</summary>
    public bool IsComplete { get; init; }

    /// <summary>Runs the program offline.</summary>
    /// <param name="yaml">The stack file.</param>
    /// <param name="stack">The stack's name.</param>
    /// <param name="foundationOnly">Whether to render the first of the two applies that create an environment.</param>
    /// <param name="digest">Makes secrets comparable.</param>
    /// <param name="registry">The folder of a registry with the versions that the file names; null for none.</param>
    /// <exception cref="RunException">The program failed; the message says why.</exception>
    internal static async Task<StackSnapshot> RenderAsync(
        string yaml, string stack, bool foundationOnly, SecretDigest digest, string? registry = null)
    {
        var configuration = StackConfiguration.FromFile(yaml, foundationOnly);
        var rendered = await StackRendering.RunAsync(new OfflineMocks(), configuration, stack);
        var options = rendered.Resources.ToDictionary(static each => each.Resource, static each => each.Options);
        var reader = new InputReader(digest);
        var resources = new List<PreviewResource>();
        foreach (var resource in rendered.Resources)
        {
            var parent = resource.Type == RootType ? "" : UrnOf(resource.Options.Parent ?? rendered.Stack);
            var inputs = PlanText.Show(await reader.ReadAsync(resource.Args));
            resources.Add(new PreviewResource(UrnOf(resource.Resource), resource.Type, resource.Name, parent, inputs)
            {
                Provider = resource.Options.Provider is { } provider ? UrnOf(provider) : null,
                Options = ResourceOptionsReader.Read(resource.Options, each => options.GetValueOrDefault(each)),
            });
        }

        var notes = new List<string>();
        if (configuration.HasStandInImages)
            notes.Add("images: none in the stack file yet, so the digest is sha256:0...0 (--phase foundation shows the first apply)");
        notes.Add("not checked: whether the models and views that the stack file names are published; 'pulumi preview' checks it");
        notes.Add("not checked: whether OKE offers the Kubernetes version and the node image; 'pulumi preview' checks it");
        var isFoundation = configuration.Cloud.Phase == StackPhase.Foundation;
        if (isFoundation)
            notes.AddRange((await OutputUtilities.GetValueAsync(rendered.Stack.Next)).Select(static step => NextStep + step));
        return new StackSnapshot(stack, resources, notes)
        {
            Access = isFoundation
                ? null
                : AccessFact.From(ClientsMaker.Make(configuration.File.Settings, configuration.Cloud), digest),
            Interfaces = foundationOnly ? null : await LocalInterfaces.CompareAsync(configuration.File, registry),
            IsComplete = true,
        };

        string UrnOf(Resource resource) =>
            $"urn:pulumi:{stack}::{Contracts.BucketName.Project}::{TypesOf(resource)}::{resource.GetResourceName()}";

        // As in the engine's URNs: the types of all parents except the stack.
        string TypesOf(Resource resource) =>
            options.GetValueOrDefault(resource)?.Parent is { } parent && parent.GetResourceType() != RootType
                ? $"{TypesOf(parent)}${resource.GetResourceType()}"
                : resource.GetResourceType();
    }
}
