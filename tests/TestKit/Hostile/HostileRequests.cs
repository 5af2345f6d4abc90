namespace ModelServing.TestKit.Hostile;

/// <summary>The requests of <c>tests/Hostile</c>.</summary>
public static class HostileRequests
{
    /// <summary>The kinds, one file each.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
        ["requests", "reports", "messages", "timeouts", "heads", "callers", "credentials", "strangers", "memory"];

    /// <summary>All requests, by kind.</summary>
    public static IReadOnlyList<HostileRequest> All { get; } = [.. Kinds.SelectMany(static kind =>
        HostileFile.Read(kind, "cases", node => HostileRequest.Read(kind, node)))];

    /// <summary>The requests of one kind.</summary>
    public static IEnumerable<HostileRequest> OfKind(string kind) => All.Where(request => request.Kind == kind);
}
