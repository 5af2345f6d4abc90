using System.ComponentModel;
using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using Newtonsoft.Json;
using Oci.Common.Model;
using Range = Oci.Common.Model.Range;

namespace Oci.Common.Http;

/// <summary>Converts a response into an object whose properties name their places, or into an exception.</summary>
internal static class ResponseReader
{
    private static readonly JsonSerializerSettings Settings = new() { NullValueHandling = NullValueHandling.Ignore, MaxDepth = 128 };

    /// <summary>Throws unless the response is a success. 304 counts as a success.</summary>
    internal static void Check(HttpRequestMessage request, HttpResponseMessage response, ApiDetails details)
    {
        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotModified)
            return;
        try
        {
            ThrowError(response, details);
        }
        catch (Exception e) when (e is HttpRequestException or InvalidOperationException)
        {
            throw new OciException(e.Message, "Unknown", FirstValue(request.Headers, "opc-request-id"), e);
        }
    }

    /// <summary>Throws the error in the response's body. If the body is not JSON, the exception is not an
    /// <see cref="OciException"/>.</summary>
    internal static void ThrowError(HttpResponseMessage response, ApiDetails details)
    {
        var error = Json<ErrorBody>(response);
        throw new OciException(
            response.StatusCode,
            error?.Message ?? response.ReasonPhrase ?? "Unknown Message",
            error?.Code ?? "Unknown Service Code",
            FirstValue(response.Headers, "opc-request-id"),
            details);
    }

    internal static T Read<T>(HttpResponseMessage message)
        where T : IOciResponse, new()
    {
        var response = new T { httpResponseMessage = message };
        foreach (var property in typeof(T).GetProperties())
        {
            if (property.GetCustomAttribute<WireAttribute>() is not { } wire)
                continue;
            if (wire.Place == Place.Body)
            {
                property.SetValue(response, Body(message, property.PropertyType));
            }
            else if (property.PropertyType == typeof(Dictionary<string, string>))
            {
                // The prefix is case-sensitive.
                var several = message.Headers.Concat(message.Content.Headers)
                    .Where(header => header.Key.StartsWith(wire.Name, StringComparison.Ordinal))
                    .ToDictionary(header => header.Key[wire.Name.Length..], header => header.Value.FirstOrDefault());
                if (several.Count > 0)
                    property.SetValue(response, several);
            }
            else if (message.Content.Headers.TryGetValues(wire.Name, out var values) || message.Headers.TryGetValues(wire.Name, out values))
            {
                property.SetValue(response, Value(values.First(), property.PropertyType));
            }
        }

        return response;
    }

    // The framework's converter reads times as local times, and throws a FormatException for an unknown enum value.
    private static object Value(string text, Type type) =>
        type == typeof(Range) ? Range.ParseRange(text) : TypeDescriptor.GetConverter(type).ConvertFrom(text);

    private static object Body(HttpResponseMessage message, Type type)
    {
        if (type == typeof(Stream))
            return message.Content.ReadAsStreamAsync().Result;
        // The official package calls the reader by reflection, which wraps its exceptions. So does this.
        var read = typeof(ResponseReader).GetMethod(nameof(Json), BindingFlags.NonPublic | BindingFlags.Static);
        return read.MakeGenericMethod(type).Invoke(null, [message]);
    }

    // Blocks on the body, as the official package does: a body that breaks off becomes an AggregateException. Like that package, it does
    // not read a stream of events.
    private static T Json<T>(HttpResponseMessage response)
    {
        var type = response.Content.Headers.TryGetValues("Content-Type", out var types) ? types.First() : "";
        if (type.Contains("text/event-stream", StringComparison.Ordinal))
            return default;
        var text = response.Content.ReadAsStringAsync().Result;
        return type.Contains("text/plain", StringComparison.Ordinal)
            ? (T)(object)text
            : JsonConvert.DeserializeObject<T>(text, Settings);
    }

    private static string FirstValue(HttpHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : "";

    private sealed record ErrorBody([property: JsonProperty("code")] string Code, [property: JsonProperty("message")] string Message);
}
