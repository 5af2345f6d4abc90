using System.Text.Json;

namespace ModelServing.Settings.Schema;

/// <summary>Reads JSON into nodes. Pulumi passes the maps and lists of a stack file to its program as JSON.</summary>
internal static class JsonNodes
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <summary>Reads one value. Errors are added to <paramref name="faults"/>.</summary>
    internal static SettingsNode Read(string text, string path, List<SettingsFault> faults)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Strict);
            return Read(document.RootElement);
        }
        catch (JsonException)
        {
            // The exception's message could contain decrypted text, so it is left out.
            faults.Add(new SettingsFault(path, "this is not valid JSON for a map or a list", null));
            return new SettingsNode.Faulty(null);
        }
    }

    private static SettingsNode Read(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => new SettingsNode.Mapping([.. element.EnumerateObject().Select(ReadMember)], null),
        JsonValueKind.Array => new SettingsNode.Sequence([.. element.EnumerateArray().Select(Read)], null),
        JsonValueKind.Null => new SettingsNode.Empty(null),
        JsonValueKind.String => new SettingsNode.Scalar(element.GetString()!, null),
        _ => new SettingsNode.Scalar(element.GetRawText(), null),
    };

    private static MappingEntry ReadMember(JsonProperty member) => new(member.Name, Read(member.Value), null);
}
