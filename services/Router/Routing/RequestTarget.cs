using ModelServing.Contracts;

namespace ModelServing.Router.Routing;

/// <summary>What a model's path asks for.</summary>
internal enum ModelAction
{
    Metadata,
    Ready,
    Infer,
}

/// <summary>A path below <see cref="InferencePaths.Models"/>, taken apart.</summary>
internal readonly ref struct RequestTarget
{
    internal ReadOnlySpan<char> Model { get; private init; }

    /// <summary>The pinned version's text; empty when the path names none.</summary>
    internal ReadOnlySpan<char> Version { get; private init; }

    internal ModelAction Action { get; private init; }

    internal static bool TryParse(ReadOnlySpan<char> path, out RequestTarget target)
    {
        target = default;
        var rest = path[InferencePaths.Models.Length..];
        var model = Next(ref rest);
        var version = ReadOnlySpan<char>.Empty;
        var last = Next(ref rest);
        if (last is "versions")
        {
            version = Next(ref rest);
            if (version.IsEmpty)
                return false;
            last = Next(ref rest);
        }

        if (!rest.IsEmpty || model.IsEmpty)
            return false;
        ModelAction? action = last switch { "infer" => ModelAction.Infer, "ready" => ModelAction.Ready, "" => ModelAction.Metadata, _ => null };
        if (action is null)
            return false;
        target = new RequestTarget { Model = model, Version = version, Action = action.Value };
        return true;
    }

    private static ReadOnlySpan<char> Next(scoped ref ReadOnlySpan<char> rest)
    {
        var slash = rest.IndexOf('/');
        var part = slash < 0 ? rest : rest[..slash];
        rest = slash < 0 ? [] : rest[(slash + 1)..];
        return part;
    }
}
