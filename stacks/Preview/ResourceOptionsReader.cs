using System.Text.Json.Nodes;
using Pulumi;

namespace ModelServing.Stacks.Preview;

/// <summary>Reads the options of a resource that change what the engine does with it.</summary>
internal static class ResourceOptionsReader
{
    internal const string Protect = "protect";

    private const string Ignored = "ignoreChanges";

    /// <summary>The options that are set. A resource without an own protection has its parent's.</summary>
    internal static JsonObject Read(ResourceOptions options, Func<Resource, ResourceOptions?> optionsOf)
    {
        var result = new JsonObject();
        if (IsProtected(options, optionsOf))
            result[Protect] = true;
        if (options.RetainOnDelete == true)
            result["retainOnDelete"] = true;
        if (options is CustomResourceOptions { DeleteBeforeReplace: true })
            result["deleteBeforeReplace"] = true;
        if (options.IgnoreChanges.Count > 0)
            result[Ignored] = new JsonArray([.. options.IgnoreChanges.Select(static path => JsonValue.Create(path))]);
        if (options.ReplaceOnChanges.Count > 0)
            result["replaceOnChanges"] = new JsonArray([.. options.ReplaceOnChanges.Select(static path => JsonValue.Create(path))]);
        if (options.Provider is { } provider)
            result["provider"] = provider.GetResourceName();
        return result;
    }

    /// <summary>The inputs without those whose changes the engine ignores.</summary>
    internal static JsonObject WithoutIgnored(JsonObject inputs, JsonObject? options)
    {
        if (options?[Ignored] is not JsonArray paths)
            return inputs;
        var copy = (JsonObject)inputs.DeepClone();
        foreach (var path in paths.Select(static path => ((string)path!).Split('.')))
        {
            JsonNode? parent = copy;
            foreach (var key in path[..^1])
                parent = (parent as JsonObject)?[key];
            (parent as JsonObject)?.Remove(path[^1]);
        }

        return copy;
    }

    private static bool IsProtected(ResourceOptions options, Func<Resource, ResourceOptions?> optionsOf)
    {
        for (ResourceOptions? each = options; each is not null; each = each.Parent is { } parent ? optionsOf(parent) : null)
        {
            if (each.Protect is { } isOn)
                return isOn;
        }

        return false;
    }
}
