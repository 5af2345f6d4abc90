using System.Net.Http.Headers;
using System.Reflection;
using System.Runtime.Serialization;
using System.Text;
using Newtonsoft.Json;

namespace Oci.Common.Http;

/// <summary>Creates an HTTP request from an object whose properties name their places. A null property is left out, without an
/// error.</summary>
internal static class RequestWriter
{
    private static readonly string[] ContentHeaders =
        ["content-length", "content-type", "content-disposition", "content-encoding", "content-language", "content-md5"];

    internal static HttpRequestMessage Write<T>(Uri template, HttpMethod method, T request)
        where T : IOciRequest
    {
        var message = new HttpRequestMessage { Method = method };
        var address = template.AbsoluteUri;
        var query = new List<string>();
        var contentHeaders = new List<(string Name, string Value)>();
        foreach (var property in typeof(T).GetProperties())
        {
            if (property.GetCustomAttribute<WireAttribute>() is not { } wire || property.GetValue(request) is not { } value)
                continue;
            switch (wire.Place)
            {
                case Place.Path:
                    // The template's braces are escaped in an address.
                    var placeholder = Uri.EscapeDataString($"{{{wire.Name}}}");
                    address = address.Replace(placeholder, Uri.EscapeDataString(Text(value)), StringComparison.Ordinal);
                    break;
                case Place.Query when value is List<string> several:
                    foreach (var one in several)
                        query.Add($"{Uri.EscapeDataString(wire.Name)}={Uri.EscapeDataString(one)}");
                    break;
                case Place.Query:
                    query.Add($"{Uri.EscapeDataString(wire.Name)}={Uri.EscapeDataString(Text(value))}");
                    break;
                case Place.Header when value is Dictionary<string, string> several:
                    foreach (var (name, one) in several)
                        message.Headers.TryAddWithoutValidation(name, one);
                    break;
                case Place.Header when ContentHeaders.Contains(wire.Name.ToLowerInvariant()):
                    contentHeaders.Add((wire.Name.ToLowerInvariant(), Text(value)));
                    break;
                case Place.Header:
                    message.Headers.TryAddWithoutValidation(wire.Name, Text(value));
                    break;
                case Place.Body:
                    message.Content = Content(value);
                    break;
            }
        }

        foreach (var (name, value) in contentHeaders)
        {
            if (name == "content-type")
                message.Content.Headers.ContentType = new MediaTypeHeaderValue(Uri.UnescapeDataString(value));
            else
                message.Content.Headers.TryAddWithoutValidation(name, value);
        }

        message.RequestUri = new UriBuilder(address) { Query = string.Join('&', query) }.Uri;
        return message;
    }

    private static string Text(object value) => value is Enum choice ? Uri.EscapeDataString(Name(choice)) : Convert.ToString(value);

    private static string Name(Enum choice) =>
        choice.GetType().GetField(choice.ToString()).GetCustomAttribute<EnumMemberAttribute>()?.Value ?? choice.ToString();

    private static MemoryStream Serialize(object value)
    {
        var settings = new JsonSerializerSettings
        {
            ContractResolver = UtcTimeResolver.Instance,
            NullValueHandling = NullValueHandling.Ignore,
        };
        return new MemoryStream(Encoding.UTF8.GetBytes(JsonConvert.SerializeObject(value, settings)));
    }

    private static StreamContent Content(object value)
    {
        var (stream, type) = value is Stream given ? (given, "application/octet-stream") : (Serialize(value), "application/json");
        return new StreamContent(stream) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
    }
}
