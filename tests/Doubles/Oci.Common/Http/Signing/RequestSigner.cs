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
            request.Content = EmptyContent();
        var strategy = request.Options.TryGetValue(SigningStrategy.OptionKey, out var own) ? own : SigningStrategy.Standard;
        var names = strategy.SelectHeaders(request.Method);
        AddMissing(request, names);
        var lines = string.Join('\n', names.Select(name => $"{name}: {Value(request, name)}"));
        var keyId = provider.KeyId;
        var signature = provider.Key.SignData(Encoding.UTF8.GetBytes(lines), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.Headers.Add(
            "authorization",
            $"Signature version=\"1\",headers=\"{string.Join(' ', names)}\",keyId=\"{keyId}\",algorithm=\"rsa-sha256\","
                + $"signature=\"{Convert.ToBase64String(signature)}\"");
    }

    private static void AddMissing(HttpRequestMessage request, string[] names)
    {
        if (!request.Headers.Contains("date"))
            request.Headers.Date = DateTimeOffset.UtcNow;
        // Without the port, in the signature and therefore also in the request.
        if (!request.Headers.Contains("host"))
            request.Headers.Add("host", request.RequestUri.Host);
        if (!names.Contains("x-content-sha256"))
            return;

        var headers = request.Content.Headers;
        var body = ReadAsText(request.Content);
        headers.ContentType ??= new MediaTypeHeaderValue("application/json");
        if (!headers.Contains("content-length"))
            headers.ContentLength = body.Length;
        if (!headers.Contains("x-content-sha256"))
            request.Headers.Add("x-content-sha256", Convert.ToBase64String(SHA256.HashData(body)));
    }

    // The official package reads a signed body as text, so bytes that are not UTF-8 get a wrong length and digest.
    private static byte[] ReadAsText(HttpContent content)
    {
        using var bytes = new MemoryStream();
        content.CopyToAsync(bytes).Wait();
        bytes.Position = 0;
        using var reader = new StreamReader(bytes);
        return Encoding.UTF8.GetBytes(reader.ReadToEnd());
    }

    private static StringContent EmptyContent()
    {
        var content = new StringContent("");
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.ContentLength = 0;
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
