using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelServing.Contracts;

namespace ModelServing.Rollout.Settings;

/// <summary>The reference of the settings, made from their types: a page for people (docs/settings.md) and a JSON Schema for editors
/// (docs/settings.schema.json).</summary>
public static class SettingsReference
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The page, in Markdown.</summary>
    public static string Markdown()
    {
        var page = new StringBuilder("""
            # Settings of a stack file

            <!-- Made from services/Rollout/Settings by ./dev docs; a test keeps it current. -->

            `Pulumi.STACK.yaml` holds these under `config`. Numbers may be written as texts, as `pulumi config set --path` does. Unknown
            keys are errors. Keys of other namespaces are left alone. Editors complete and check the file by
            [settings.schema.json](settings.schema.json).

            | setting | form | default | what it does |
            | --- | --- | --- | --- |

            """.ReplaceLineEndings("\n"));
        foreach (var property in SettingsReader.Properties(typeof(StackSettings)))
            AddRows(page, StackFile.Namespace + SettingsReader.KeyOf(property), property);
        return page.ToString();
    }

    /// <summary>The JSON Schema (draft 2020-12) of a stack file.</summary>
    public static string Schema()
    {
        var ours = new JsonObject();
        foreach (var property in SettingsReader.Properties(typeof(StackSettings)))
            ours[StackFile.Namespace + SettingsReader.KeyOf(property)] = SchemaOf(property);
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "ModelServing stack file",
            ["type"] = "object",
            ["required"] = new JsonArray("config"),
            ["properties"] = new JsonObject
            {
                ["config"] = new JsonObject
                {
                    ["type"] = "object",
                    ["required"] = new JsonArray(StackFile.Namespace + "models"),
                    ["properties"] = ours,
                },
            },
        };
        return schema.ToJsonString(Indented) + "\n";
    }

    private static void AddRows(StringBuilder page, string path, PropertyInfo property)
    {
        var attribute = property.GetCustomAttribute<SettingAttribute>()!;
        var type = property.PropertyType;
        var required = property.IsDefined(typeof(RequiredMemberAttribute));
        var form = SettingForm.Of(type);
        var unset = required ? "required" : form is not null && DefaultOf(property) is { } value ? $"`{form.Write(value)}`" : "";
        var name = form is null ? "group" : form.Name + Bounds(attribute);
        page.Append(CultureInfo.InvariantCulture, $"| `{path}` | {name} | {unset} | {attribute.Description} |\n");
        if (form is not null)
            return;
        var isMap = SettingsReader.IsMapByModel(type, out var group);
        foreach (var inner in SettingsReader.Properties(isMap ? group : type))
            AddRows(page, $"{path}{(isMap ? ".MODEL" : "")}.{SettingsReader.KeyOf(inner)}", inner);
    }

    private static string Bounds(SettingAttribute attribute) =>
        attribute is { Least: { } least, Most: { } most } ? $", {least} to {most}" : "";

    private static JsonObject SchemaOf(PropertyInfo property)
    {
        var attribute = property.GetCustomAttribute<SettingAttribute>()!;
        var schema = SettingForm.Of(property.PropertyType)?.Schema(attribute) ?? (SettingsReader.IsMapByModel(property.PropertyType, out var group)
            ? new JsonObject
            {
                ["type"] = "object",
                ["propertyNames"] = new JsonObject { ["pattern"] = ModelName.Pattern },
                ["additionalProperties"] = SchemaOfGroup(group),
            }
            : SchemaOfGroup(property.PropertyType));
        schema["description"] = attribute.Description;
        if (DefaultOf(property) is { } value && SettingForm.Of(property.PropertyType) is { } form)
            schema["default"] = form.Write(value);
        return schema;
    }

    private static JsonObject SchemaOfGroup(Type type)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var property in SettingsReader.Properties(type))
        {
            properties[SettingsReader.KeyOf(property)] = SchemaOf(property);
            if (property.IsDefined(typeof(RequiredMemberAttribute)))
                required.Add(SettingsReader.KeyOf(property));
        }

        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = false };
        if (required.Count > 0)
            schema["required"] = required;
        schema["properties"] = properties;
        return schema;
    }

    // As the types' initializers give it.
    private static object? DefaultOf(PropertyInfo property) => property.IsDefined(typeof(RequiredMemberAttribute))
        ? null
        : property.GetValue(Activator.CreateInstance(property.DeclaringType!));
}
