using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelServing.Settings.Views;

/// <summary>The JSON Schema of a view's file, for editors (docs/feature-view.schema.json).</summary>
public static class ViewSchema
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The schema (draft 2020-12).</summary>
    public static string Write()
    {
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "ModelServing feature view",
        };
        foreach (var (name, value) in ViewKeys.Map(ViewKeys.Root))
            schema[name] = value?.DeepClone();
        return schema.ToJsonString(Indented) + "\n";
    }

    /// <summary>The schema of a feature: exactly one key says what it is, and a ratio has no window.</summary>
    internal static JsonObject Feature()
    {
        var feature = ViewKeys.Map([.. ViewKeys.Kinds, .. ViewKeys.Options]);
        feature["oneOf"] = new JsonArray([.. ViewKeys.Kinds.Select(Alternative)]);
        return feature;
    }

    private static JsonObject Alternative(ViewKey kind)
    {
        var alternative = new JsonObject
        {
            ["required"] = kind.Name == ViewKeys.Ratio ? new JsonArray(kind.Name) : new JsonArray(kind.Name, "window"),
        };
        if (kind.Name == ViewKeys.Ratio)
        {
            alternative["properties"] = new JsonObject(ViewKeys.Options
                .Where(static option => option.Name != "default")
                .Select(static option => KeyValuePair.Create(option.Name, (JsonNode?)new JsonObject { ["not"] = new JsonObject() })));
        }

        return alternative;
    }
}
