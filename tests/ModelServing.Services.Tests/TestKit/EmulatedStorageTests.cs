using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using ModelServing.TestKit;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.Services.Tests.TestKit;

/// <summary>Tests of the emulator with requests that are built and signed here, byte by byte, without the SDK or its double.</summary>
public abstract class EmulatedStorageTests : IAsyncLifetime
{
    private protected const string Objects = "/n/examplenamespace/b/some/o";
    private protected const string Uploads = "/n/examplenamespace/b/some/u";

    private protected SetTime Time { get; } = new();

    private protected ObjectStorageEmulator Emulator { get; private set; } = null!;

    private protected EmulatedBucket Bucket { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Emulator = await ObjectStorageEmulator.StartAsync(Time);
        Bucket = Emulator.CreateBucket("some");
    }

    public async ValueTask DisposeAsync()
    {
        await Emulator.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected RawRequest Signed(string method, string target) => Signed(method, target, null);

    private protected RawRequest Signed(string method, string target, DateTimeOffset date, string unsigned) =>
        Signed(method, target, null, unsigned, date);

    private protected RawRequest Signed(
        string method, string target, ReadOnlySpan<byte> body, params (string Name, string Value)[] headers) =>
        Signed(method, target, body.ToArray(), "", headers);

    private protected RawRequest Signed(string method, string target, byte[]? body, params (string Name, string Value)[] headers) =>
        Signed(method, target, body, "", headers);

    private protected RawRequest Signed(
        string method, string target, byte[]? body, string unsigned, params (string Name, string Value)[] headers) =>
        Signed(method, target, body, unsigned, Time.Now, headers);

    private protected RawRequest Signed(
        string method,
        string target,
        byte[]? body,
        string unsigned,
        DateTimeOffset date,
        params (string Name, string Value)[] headers)
    {
        var all = new List<(string Name, string Value)>
        {
            ("Date", date.ToString("r", CultureInfo.InvariantCulture)),
            ("Host", "127.0.0.1"),
        };
        var signed = new List<string> { "date", "(request-target)", "host" };
        if (body is not null)
            all.Add(("Content-Length", body.Length.ToString(CultureInfo.InvariantCulture)));
        if (method == "POST")
        {
            all.Add(("Content-Type", "application/json"));
            all.Add(("x-content-sha256", Convert.ToBase64String(SHA256.HashData(body!))));
            signed.AddRange(["content-length", "content-type", "x-content-sha256"]);
        }

        all.AddRange(headers);
        signed.Remove(unsigned);
        var text = string.Join('\n', signed.Select(name =>
        {
            var value = name == "(request-target)"
                ? $"{method.ToLowerInvariant()} {target}"
                : all.First(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
            return $"{name}: {value}";
        }));
        var signature = Convert.ToBase64String(Emulator.Identity.Key.SignData(
            Encoding.UTF8.GetBytes(text),
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1));
        all.Add((
            "Authorization",
            $"Signature version=\"1\",headers=\"{string.Join(' ', signed)}\",keyId=\"{Emulator.Identity.KeyId}\"," +
                $"algorithm=\"rsa-sha256\",signature=\"{signature}\""));
        var lines = string.Concat(all.Select(static header => $"{header.Name}: {header.Value}\r\n"));
        return new RawRequest($"{method} {target} HTTP/1.1\r\n{lines}\r\n{(body is null ? "" : Encoding.Latin1.GetString(body))}");
    }

    private protected async Task<RawAnswer> SendAsync(RawRequest request)
    {
        using var connection = await RawConnection.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Emulator.Endpoint.Port));
        await connection.SendAsync(request.Text);
        var answer = await connection.ReadMessageAsync(toHead: request.Text.StartsWith("HEAD ", StringComparison.Ordinal))
            ?? throw new EndOfStreamException("the connection closed without an answer");
        return new RawAnswer(answer.Status, answer.Headers, Encoding.UTF8.GetString(answer.Body));
    }

    private protected async Task BreaksOffAsync(RawRequest request) =>
        Assert.True(await Record.ExceptionAsync(() => SendAsync(request)) is IOException or SocketException);
}
