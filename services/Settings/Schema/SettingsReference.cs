using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelServing.Contracts;

namespace ModelServing.Settings.Schema;

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

            `Pulumi.STACK.yaml` holds these under `config`:

            ```yaml
            # yaml-language-server: $schema=docs/settings.schema.json
            config:
              modelserving:models:
                fraud:
                  stable:
                    version: 1
                  canary:
                    version: 2
                    percent: 5
                  routingKey:
                    header: X-Customer
                  deadline: 250ms
              modelserving:local:
                port: 9000
            ```

            - An editor that reads the first line completes and checks the file by [settings.schema.json](settings.schema.json). What a
              schema can't say, such as which versions are published, is checked when the file is read.
            - `MODEL` stands for a model's name, as `fraud` above, `ARM` for that of an experiment's arm and `CLIENT` for that of a
              client: FORM_OF_NAME.
            - A version is FORM_OF_VERSION.
            - Numbers are written in plain digits (`0.5`, not `5e-1`), and may be texts (`"0.5"`), as `pulumi config set --path` writes
              fractions.
            - What is required in an optional map is required where that map is given. A key with nothing behind it is not given.
            - Unknown keys, keys that stand twice, encrypted values, anchors, aliases and tags are errors. Keys of other namespaces are
              left alone.

            | setting | form | default | what it does |
            | --- | --- | --- | --- |

            """.ReplaceLineEndings("\n").Replace("FORM_OF_NAME", ModelName.Form, StringComparison.Ordinal).Replace("FORM_OF_VERSION", ModelVersion.Form, StringComparison.Ordinal));
        foreach (var property in SettingsReader.Roots)
            AddRows(page, StackFile.Namespace + SettingsReader.KeyOf(property), property);
        return page.ToString();
    }

    /// <summary>The JSON Schema (draft 2020-12) of a stack file.</summary>
    public static string Schema()
    {
        var ours = new JsonObject();
        foreach (var property in SettingsReader.Roots)
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
                    ["patternProperties"] = new JsonObject { [$"^(?!{StackFile.Namespace})"] = new JsonObject() },
                    ["additionalProperties"] = false,
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
        var isList = SettingsReader.IsList(type, out var item);
        var form = SettingForm.Find(isList ? item : type);
        var unset = required ? "required" : !isList && form is not null && DefaultOf(property) is { } value ? $"`{form.Write(value)}`" : "optional";
        var name = (isList ? "list: " : "") + (form is null ? "map" : (attribute.Form ?? form.Name) + Bounds(attribute));
        page.Append(CultureInfo.InvariantCulture, $"| `{path}` | {name} | {unset} | {attribute.Description} |\n");
        if (form is not null)
            return;
        var isMap = SettingsReader.IsMapByName(type, out var group);
        foreach (var inner in SettingsReader.Properties(isMap ? group : type))
            AddRows(page, $"{path}{(isMap ? "." + SettingsReader.NameOf(group).ToUpperInvariant() : "")}.{SettingsReader.KeyOf(inner)}", inner);
    }

    private static string Bounds(SettingAttribute attribute) =>
        attribute is { Least: { } least, Most: { } most } ? $", {least} to {most}" : "";

    private static JsonObject SchemaOf(PropertyInfo property)
    {
        var attribute = property.GetCustomAttribute<SettingAttribute>()!;
        var schema = SchemaOf(property.PropertyType, attribute);
        if (!property.IsDefined(typeof(RequiredMemberAttribute)))
            AllowNothing(schema);
        schema["description"] = attribute.Description;
        if (DefaultOf(property) is { } value && SettingForm.Find(property.PropertyType) is { } form)
            schema["default"] = form.Write(value);
        return schema;
    }

    private static JsonObject SchemaOf(Type type, SettingAttribute attribute)
    {
        if (SettingForm.Find(type) is { } form)
            return form.Schema(attribute);
        if (SettingsReader.IsList(type, out var item))
            return new JsonObject { ["type"] = "array", ["items"] = SchemaOf(item, attribute) };
        return SettingsReader.IsMapByName(type, out var group)
            ? new JsonObject
            {
                ["type"] = "object",
                ["patternProperties"] = new JsonObject { [ModelName.Pattern] = SchemaOfGroup(group) },
                ["additionalProperties"] = false,
            }
            : SchemaOfGroup(type);
    }

    // A key with nothing behind it, as when all under it is commented out, is a setting that was not given.
    private static void AllowNothing(JsonObject schema)
    {
        if (schema["anyOf"] is JsonArray forms)
            forms.Add(new JsonObject { ["type"] = "null" });
        else
            schema["type"] = new JsonArray(schema["type"]!.GetValue<string>(), "null");
        if (schema["enum"] is JsonArray names)
            names.Add(null);
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
