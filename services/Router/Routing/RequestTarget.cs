using ModelServing.Contracts;

namespace ModelServing.Router.Routing;

/// <summary>The parts of a model's path, below <see cref="InferencePaths.Models"/>.</summary>
internal readonly ref struct RequestTarget
{
    internal ReadOnlySpan<char> Model { get; private init; }

    /// <summary>The pinned version's text; empty if the path names no version.</summary>
    internal ReadOnlySpan<char> Version { get; private init; }

    internal ModelAction Action { get; private init; }

    /// <summary>Parses a path; false if it is not a model's path. One slash at the end is allowed, an empty part is not.</summary>
    internal static bool TryParse(ReadOnlySpan<char> path, out RequestTarget target)
    {
        target = default;
        if (!path.StartsWith(InferencePaths.Models, StringComparison.Ordinal))
            return false;
        var rest = path[InferencePaths.Models.Length..];
        if (rest is [.., '/'])
            rest = rest[..^1];
        const int MaxParts = 4;
        Span<Range> parts = stackalloc Range[MaxParts + 1];
        var count = rest.Split(parts, '/');
        foreach (var part in parts[..count])
        {
            if (rest[part].IsEmpty)
                return false;
        }

        var pinned = count > 2;
        if (count is 0 or > MaxParts || (pinned && rest[parts[1]] is not "versions"))
            return false;
        ModelAction? action = count % 2 == 1
            ? ModelAction.Metadata
            : rest[parts[count - 1]] switch
            {
                "infer" => ModelAction.Infer,
                "ready" => ModelAction.Ready,
                "stats" => ModelAction.Stats,
                _ => null,
            };
        if (action is null)
            return false;
        target = new RequestTarget { Model = rest[parts[0]], Version = pinned ? rest[parts[2]] : [], Action = action.Value };
        return true;
    }
}
