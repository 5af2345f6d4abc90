using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ModelServing.Contracts;

namespace ModelServing.Services.Tests.Cli.Conformance;

/// <summary>Breaks the answers of a good server.</summary>
internal static class ServerFaults
{
    internal static async Task<HttpResponseMessage> ApplyAsync(ServerFault fault, HttpResponseMessage response)
    {
        switch (fault)
        {
            case ServerFault.None:
                return response;
            case ServerFault.SwappedStatus:
                response.StatusCode = response.IsSuccessStatusCode ? HttpStatusCode.InternalServerError : HttpStatusCode.OK;
                return response;
            case ServerFault.NoContent:
                response.Headers.Remove(HeaderNames.JsonLength);
                response.Content = new StringContent("{}");
                return response;
            case ServerFault.NoErrorMember when !response.IsSuccessStatusCode:
                response.Content = new StringContent("no");
                return response;
            case ServerFault.WrongLength:
                response.Headers.Remove(HeaderNames.JsonLength);
                response.Headers.Add(HeaderNames.JsonLength, "100000000");
                return response;
            case ServerFault.WrongElement or ServerFault.NoId or ServerFault.WrongShape when response.IsSuccessStatusCode:
                await ChangeAsync(fault, response);
                return response;
            default:
                return response;
        }
    }

    private static async Task ChangeAsync(ServerFault fault, HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsByteArrayAsync();
        if (body.Length == 0 || response.Content.Headers.ContentEncoding.Count > 0)
            return;
        var length = response.Headers.TryGetValues(HeaderNames.JsonLength, out var values) ? int.Parse(values.Single(), null) : body.Length;
        var json = JsonNode.Parse(body.AsSpan(0, length))!.AsObject();
        var data = body[length..];
        if (fault == ServerFault.NoId)
            json.Remove("id");
        foreach (var output in json["outputs"] as JsonArray ?? [])
        {
            if (fault == ServerFault.WrongShape)
                ((JsonArray)output!["shape"]!).Add(1);
            if (fault == ServerFault.WrongElement && output!["data"] is JsonArray elements)
                elements[0] = elements[0]!.GetValueKind() == System.Text.Json.JsonValueKind.String ? "x" : 77;
        }

        if (fault == ServerFault.WrongElement && data.Length > 0)
        {
            for (var i = 0; i < data.Length; i++)
                data[i] ^= 1;
        }

        var text = Encoding.UTF8.GetBytes(json.ToJsonString());
        var content = new ByteArrayContent([.. text, .. data]);
        if (values is not null)
        {
            response.Headers.Remove(HeaderNames.JsonLength);
            response.Headers.Add(HeaderNames.JsonLength, $"{text.Length}");
        }

        response.Content = content;
    }
}
