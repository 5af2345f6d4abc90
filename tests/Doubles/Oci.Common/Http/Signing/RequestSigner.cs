using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Oci.Common.Auth;

namespace Oci.Common.Http.Signing;

/// <summary>Signs requests with the key of a user: HTTP signatures, version 1, rsa-sha256.</summary>
internal sealed class RequestSigner(IBasicAuthenticationDetailsProvider provider)
{
    internal void Sign(HttpRequestMessage request)
    {
        if (request.Content is null && (request.Method == HttpMethod.Post || request.Method == HttpMethod.Put))
            request.Content = Nothing();
        var strategy = request.Options.TryGetValue(SigningStrategy.OfRequest, out var own) ? own : SigningStrategy.Standard;
        var names = strategy.HeadersOf(request.Method);
        AddMissing(request, names);
        var lines = string.Join('\n', names.Select(name => $"{name}: {Value(request, name)}"));
        var keyId = provider.KeyId;
        var signature = provider.Key.SignData(Encoding.UTF8.GetBytes(lines), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.Headers.Add(
            "authorization",
            $"Signature version=\"1\",headers=\"{string.Join(' ', names)}\",keyId=\"{keyId}\",algorithm=\"rsa-sha256\",signature=\"{Convert.ToBase64String(signature)}\"");
    }

    private static void AddMissing(HttpRequestMessage request, string[] names)
    {
        if (!request.Headers.Contains("date"))
            request.Headers.Date = DateTimeOffset.UtcNow;
        // Without the port, here and so in what is sent.
        if (!request.Headers.Contains("host"))
            request.Headers.Add("host", request.RequestUri.Host);
        if (!names.Contains("x-content-sha256"))
            return;

        var headers = request.Content.Headers;
        var body = AsText(request.Content);
        headers.ContentType ??= new MediaTypeHeaderValue("application/json");
        if (!headers.Contains("content-length"))
            headers.ContentLength = body.Length;
        if (!headers.Contains("x-content-sha256"))
            request.Headers.Add("x-content-sha256", Convert.ToBase64String(SHA256.HashData(body)));
    }

    // Through text, as the official package reads a body that it signs: bytes that are no UTF-8 get another length and digest than are sent.
    private static byte[] AsText(HttpContent content)
    {
        using var bytes = new MemoryStream();
        content.CopyToAsync(bytes).Wait();
        bytes.Position = 0;
        using var reader = new StreamReader(bytes);
        return Encoding.UTF8.GetBytes(reader.ReadToEnd());
    }

    private static StringContent Nothing()
    {
        var content = new StringContent("") { Headers = { ContentType = new MediaTypeHeaderValue("application/json"), ContentLength = 0 } };
        content.Headers.TryAddWithoutValidation("x-content-sha256", Convert.ToBase64String(SHA256.HashData([])));
        return content;
    }

    private static string Value(HttpRequestMessage request, string name)
    {
        if (name == "(request-target)")
            return $"{request.Method.Method.ToLowerInvariant()} {request.RequestUri.PathAndQuery}";
        return request.Headers.TryGetValues(name, out var values) || request.Content.Headers.TryGetValues(name, out values)
            ? values.First()
            : throw new ArgumentException($"Request did not contain required header: {name}");
    }
}
