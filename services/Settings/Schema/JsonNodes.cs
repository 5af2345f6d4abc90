using System.Text.Json;

namespace ModelServing.Settings.Schema;

/// <summary>Reads JSON into nodes: the form in which Pulumi hands maps and lists of a stack file to its program.</summary>
internal static class JsonNodes
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <summary>Reads one value and adds what is wrong to <paramref name="faults"/>.</summary>
    internal static SettingsNode Read(string text, string path, List<SettingsFault> faults)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Strict);
            return Read(document.RootElement);
        }
        catch (JsonException)
        {
            // Its message may show what was decrypted.
            faults.Add(new SettingsFault(path, "this is no JSON of a map or a list", null));
            return new SettingsNode.Faulty(null);
        }
    }

    private static SettingsNode Read(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => new SettingsNode.Mapping([.. element.EnumerateObject().Select(static member => new MappingEntry(member.Name, Read(member.Value), null))], null),
        JsonValueKind.Array => new SettingsNode.Sequence([.. element.EnumerateArray().Select(Read)], null),
        JsonValueKind.Null => new SettingsNode.Empty(null),
        JsonValueKind.String => new SettingsNode.Scalar(element.GetString()!, null),
        _ => new SettingsNode.Scalar(element.GetRawText(), null),
    };
}
