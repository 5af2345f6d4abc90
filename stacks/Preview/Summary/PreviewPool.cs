using System.Text;
using ModelServing.Contracts;

namespace ModelServing.Stacks.Preview.Summary;

/// <summary>A pool as a stack has it.</summary>
/// <param name="Deployment">Its Deployment, whose name changes with the document.</param>
/// <param name="Versions">What it serves.</param>
internal sealed record PreviewPool(PreviewResource Deployment, IReadOnlyList<PooledVersion> Versions)
{
    /// <summary>The name of the pool that a resource belongs to; null for none.</summary>
    internal static string? NameOf(PreviewResource resource) =>
        InputTree.TextOf(resource.Inputs["metadata"]?["labels"]?[ClusterNames.ModelPoolLabel]);

    /// <summary>The pools of a stack by name.</summary>
    internal static IReadOnlyDictionary<string, PreviewPool> AllOf(StackSnapshot? stack) =>
        (stack?.Resources ?? []).Where(static each => each.Type == ResourceTypes.Deployment && NameOf(each) is not null)
            .ToDictionary(static each => NameOf(each)!, each => new PreviewPool(each, VersionsOf(each, stack!)));

    /// <summary>Where each version of a stack runs: the name of its pool, or null for pods of its own.</summary>
    internal static IReadOnlyDictionary<string, string?> PlacesOf(StackSnapshot? stack) =>
        (stack?.Resources ?? []).Where(static each => each.Type == ResourceTypes.Service && TitleOf(each) is not null)
            .ToDictionary(static each => TitleOf(each)!, static each => NameOf(each));

    /// <summary>A version as people name it, if the resource belongs to one; else null.</summary>
    internal static string? TitleOf(PreviewResource resource) =>
        resource.Inputs["metadata"]?["labels"] is { } labels
        && InputTree.TextOf(labels[ClusterNames.ModelLabel]) is { } model
        && InputTree.TextOf(labels[ClusterNames.VersionLabel]) is { } version
            ? $"{model} v{version}"
            : null;

    // A document of another release may be one that this program can't read.
    private static IReadOnlyList<PooledVersion> VersionsOf(PreviewResource deployment, StackSnapshot stack)
    {
        var map = stack.Resources.FirstOrDefault(each => each.Type == ResourceTypes.ConfigMap && each.Name == deployment.Name);
        try
        {
            return InputTree.TextOf(map?.Inputs["data"]?[ClusterNames.ModelPoolKey]) is { } text
                ? PoolDocument.Parse(Encoding.UTF8.GetBytes(text)).Versions
                : [];
        }
        catch (ContractException)
        {
            return [];
        }
    }
}
