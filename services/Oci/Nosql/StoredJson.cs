using System.Globalization;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace ModelServing.Oci.Nosql;

/// <summary>JSON on its way through the SDK, whose reader makes a time of every text that looks like one.</summary>
internal static class StoredJson
{
    /// <summary>The value of a JSON text, as the SDK writes it.</summary>
    internal static JToken Write(byte[] utf8)
    {
        using var reader = new JsonTextReader(new StringReader(Encoding.UTF8.GetString(utf8))) { DateParseHandling = DateParseHandling.None, MaxDepth = 128 };
        return JToken.ReadFrom(reader);
    }

    /// <summary>The JSON text of a value that the SDK read. A text that it took for a time comes back as the same time in UTC.</summary>
    internal static byte[] Read(JToken value)
    {
        var text = new StringBuilder();
        using (var writer = new JsonTextWriter(new StringWriter(text, CultureInfo.InvariantCulture)) { DateTimeZoneHandling = DateTimeZoneHandling.RoundtripKind })
            InUtc(value).WriteTo(writer);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    // One with an offset is read as a local time, which is written with whatever offset this machine has.
    private static JToken InUtc(JToken value)
    {
        foreach (var time in (value as JContainer)?.DescendantsAndSelf().OfType<JValue>() ?? [])
        {
            if (time.Value is DateTime { Kind: DateTimeKind.Local } local)
                time.Value = local.ToUniversalTime();
        }

        return value;
    }
}
