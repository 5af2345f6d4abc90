using Pulumi;

namespace ModelServing.Infra.Identity;

/// <summary>The conditions that limit a statement about objects or rows to some of them, or to some of what a verb allows.</summary>
internal static class AccessConditions
{
    /// <summary>Objects may be created and replaced, but not deleted.</summary>
    internal static Input<string> Writing { get; } = Permissions("OBJECT_CREATE", "OBJECT_OVERWRITE");

    /// <summary>Rows may be read, inserted and replaced, but not deleted.</summary>
    internal static Input<string> Rows { get; } = Permissions("NOSQL_ROWS_READ", "NOSQL_ROWS_INSERT");

    /// <summary>Only objects whose keys begin with one of these prefixes, each of which ends with '/'.</summary>
    internal static Input<string> Below(params IReadOnlyList<string> prefixes) =>
        WorkloadPrincipal.OneOf([.. prefixes.Select(static prefix => $"target.object.name='{prefix}*'")]);

    private static string Permissions(params IReadOnlyList<string> permissions) =>
        WorkloadPrincipal.OneOf([.. permissions.Select(static permission => $"request.permission='{permission}'")]);
}
