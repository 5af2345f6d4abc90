using System.Globalization;
using System.Text.Json.Nodes;

namespace ModelServing.Infra.Tests.Rendering;

/// <summary>
/// Changes one value in a rendered object, for tests that check that a mistake is found. A path is written as in
/// <c>spec.containers[0].securityContext.privileged</c>.
/// </summary>
internal static class JsonEdit
{
    /// <summary>Sets the value at <paramref name="path"/> and creates missing objects on the way to it.</summary>
    internal static void Set(this JsonObject root, string path, JsonNode? value)
    {
        var (parent, key) = root.Find(path, create: true);
        if (parent is JsonArray list)
            list[Index(key)] = value?.DeepClone();
        else
            parent[key] = value?.DeepClone();
    }

    /// <summary>Removes and returns the value at <paramref name="path"/>.</summary>
    /// <exception cref="InvalidOperationException">The path does not exist.</exception>
    internal static JsonNode? Take(this JsonObject root, string path)
    {
        var (parent, key) = root.Find(path, create: false);
        return parent.AsObject().Remove(key, out var value) ? value : throw new InvalidOperationException($"{path} does not exist");
    }

    /// <summary>Renames the member at <paramref name="path"/>.</summary>
    /// <exception cref="InvalidOperationException">The path does not exist.</exception>
    internal static void Rename(this JsonObject root, string path, string name)
    {
        var value = root.Take(path);
        root.Find(path, create: false).Parent[name] = value;
    }

    private static (JsonNode Parent, string Key) Find(this JsonObject root, string path, bool create)
    {
        var keys = path.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.');
        JsonNode at = root;
        foreach (var key in keys[..^1])
        {
            if (at is JsonArray list)
                at = list[Index(key)]!;
            else
                at = at[key] ?? (create ? at[key] = new JsonObject() : throw new InvalidOperationException($"{path} does not exist"));
        }

        return (at, keys[^1]);
    }

    private static int Index(string key) => int.Parse(key, CultureInfo.InvariantCulture);
}
