using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelServing.Contracts;

namespace ModelServing.Settings.Schema;

/// <summary>The reference of the settings, generated from their types: a page for people (docs/settings.md) and a JSON Schema for editors
/// (docs/settings.schema.json).</summary>
public static class SettingsReference
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The page, in Markdown.</summary>
    public static string Markdown()
    {
        var page = new StringBuilder("""
            # Settings of a stack file

            <!-- Generated from services/Settings by ./dev docs. A test keeps it up to date. -->

            `Pulumi.STACK.yaml` contains these settings under `config`:

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

            - An editor that understands the first line completes and checks the file with
              [settings.schema.json](settings.schema.json). Rules that a schema cannot express, such as which versions are published,
              are checked when the file is read.
            - `MODEL` is the name of a model (`fraud` above), `ARM` the name of an arm of an experiment, `METRIC` the name
              of one of its metrics, `CLIENT` the name of a client, and `VIEW` the name of a feature view. Each name is
              FORM_OF_NAME.
            - A version is FORM_OF_VERSION.
            - Numbers are written in plain digits (`0.5`, not `5e-1`). They may also be texts (`"0.5"`), because
              `pulumi config set --path` writes fractions that way.
            - A required setting in an optional map is required only if the map is there. A key without a value counts as not set.
            - Unknown keys, duplicate keys, anchors, aliases and tags are errors. So is an encrypted value where the table does not ask
              for one. Keys of other namespaces are ignored.

            | setting | form | default | what it does |
            | --- | --- | --- | --- |

            """.ReplaceLineEndings("\n")
            .Replace("FORM_OF_NAME", ModelName.Form, StringComparison.Ordinal)
            .Replace("FORM_OF_VERSION", ModelVersion.Form, StringComparison.Ordinal));
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
        var unset = required ? "required"
            : !isList && form is not null && DefaultOf(property) is { } value ? $"`{form.Write(value)}`"
            : "optional";
        var name = (isList ? "list: " : "") + (form is null ? "map" : (attribute.Form ?? form.Name) + Bounds(attribute));
        page.Append(CultureInfo.InvariantCulture, $"| `{path}` | {name} | {unset} | {attribute.Description} |\n");
        if (form is not null)
            return;
        if (SettingsReader.IsMapByName(type, out var group))
            (path, type) = ($"{path}.{SettingsReader.NameOf(group).ToUpperInvariant()}", group);
        foreach (var inner in SettingsReader.Properties(type))
            AddRows(page, $"{path}.{SettingsReader.KeyOf(inner)}", inner);
    }

    private static string Bounds(SettingAttribute attribute) =>
        attribute is { Min: { } min, Max: { } max } ? $", {min} to {max}" : "";

    private static JsonObject SchemaOf(PropertyInfo property)
    {
        var attribute = property.GetCustomAttribute<SettingAttribute>()!;
        var schema = SchemaOf(property.PropertyType, attribute);
        if (!property.IsDefined(typeof(RequiredMemberAttribute)))
            AllowNull(schema);
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

    // A key without a value counts as not set, for example when everything under it is commented out.
    private static void AllowNull(JsonObject schema)
    {
        if (schema["anyOf"] is JsonArray forms)
            forms.Add(new JsonObject { ["type"] = "null" });
        else if (schema["type"] is JsonArray types)
            types.Add("null");
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

    // The value that the property's initializer sets.
    private static object? DefaultOf(PropertyInfo property) => property.IsDefined(typeof(RequiredMemberAttribute))
        ? null
        : property.GetValue(Activator.CreateInstance(property.DeclaringType!));
}
