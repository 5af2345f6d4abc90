using System.Globalization;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace ModelServing.Oci.Nosql;

/// <summary>Carries JSON through the SDK, whose reader turns every string that looks like a time into a time.</summary>
internal static class StoredJson
{
    /// <summary>Parses JSON into a value that the SDK writes unchanged.</summary>
    internal static JToken Write(byte[] utf8)
    {
        using var reader = new JsonTextReader(new StringReader(Encoding.UTF8.GetString(utf8)))
        {
            DateParseHandling = DateParseHandling.None,
            MaxDepth = 128,
        };
        return JToken.ReadFrom(reader);
    }

    /// <summary>Returns the JSON of a value that the SDK read. A string that the SDK took for a time comes back as the same time in
    /// UTC.</summary>
    internal static byte[] Read(JToken value)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var writer = new JsonTextWriter(text) { DateTimeZoneHandling = DateTimeZoneHandling.RoundtripKind, CloseOutput = false })
            ToUtc(value).WriteTo(writer);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    // The SDK reads a time with an offset as a local time, which would be written with this machine's offset.
    private static JToken ToUtc(JToken value)
    {
        foreach (var time in (value as JContainer)?.DescendantsAndSelf().OfType<JValue>() ?? [])
        {
            if (time.Value is DateTime { Kind: DateTimeKind.Local } local)
                time.Value = local.ToUniversalTime();
        }

        return value;
    }
}
