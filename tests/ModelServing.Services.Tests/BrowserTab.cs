using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests;

/// <summary>A page in a browser without a window, which resolves no names. A test runs scripts in it (Chrome DevTools
/// Protocol).</summary>
internal sealed class BrowserTab : IAsyncDisposable
{
    // What the page's policy forbade is otherwise only in the browser's console.
    private const string NoteViolations =
        """
        window.violations = [];
        addEventListener('securitypolicyviolation', e => violations.push(`${e.violatedDirective} ${e.blockedURI}`));
        """;

    private readonly TemporaryFolder folder = new();
    private readonly ClientWebSocket socket = new();
    private readonly Process process;
    private int messages;

    private BrowserTab() => process = Process.Start(new ProcessStartInfo(
        Browser.Program!,
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-port=0",
            "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", $"--user-data-dir={folder.FullPath}", "about:blank",
        ])
    { RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Opens a page of a server on this machine.</summary>
    internal static async Task<BrowserTab> OpenAsync(Uri address)
    {
        var tab = new BrowserTab();
        try
        {
            _ = tab.process.StandardOutput.ReadToEndAsync(Cancellation);
            _ = tab.process.StandardError.ReadToEndAsync(Cancellation);
            await tab.ConnectAsync();
            await tab.SendAsync("Page.enable", []);
            await tab.SendAsync("Page.addScriptToEvaluateOnNewDocument", new() { ["source"] = NoteViolations });
            await tab.SendAsync("Page.navigate", new() { ["url"] = address.ToString() });
            return tab;
        }
        catch
        {
            await tab.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a script until its value is a text that is not empty, and returns it.</summary>
    internal async Task<string> UntilAsync(string script)
    {
        for (var began = Stopwatch.GetTimestamp(); ; await Task.Delay(20, Cancellation))
        {
            var answer = await SendAsync("Runtime.evaluate", new() { ["expression"] = script, ["returnByValue"] = true });
            if (answer["result"]!["value"] is JsonValue value && value.TryGetValue(out string? text) && text.Length > 0)
                return text;
            Assert.True(Stopwatch.GetElapsedTime(began) < RawConnection.Patience, $"{script} has no value: {answer.ToJsonString()}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        socket.Dispose();
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
        folder.Dispose();
    }

    private async Task ConnectAsync()
    {
        var file = folder.Combine("DevToolsActivePort");
        string[] lines;
        for (var began = Stopwatch.GetTimestamp(); ; await Task.Delay(20, Cancellation))
        {
            lines = File.Exists(file) ? await File.ReadAllLinesAsync(file, Cancellation) : [];
            if (lines.Length >= 2)
                break;
            Assert.False(process.HasExited, "the browser ended");
            Assert.True(Stopwatch.GetElapsedTime(began) < RawConnection.Patience, "the browser names no port");
        }

        using var client = new HttpClient();
        var targets = await client.GetFromJsonAsync<JsonArray>(new Uri($"http://127.0.0.1:{lines[0]}/json/list"), Cancellation);
        var page = targets!.First(static target => (string)target!["type"]! == "page")!;
        await socket.ConnectAsync(new Uri((string)page["webSocketDebuggerUrl"]!), Cancellation);
    }

    private async Task<JsonObject> SendAsync(string method, JsonObject parameters)
    {
        var id = ++messages;
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        await socket.SendAsync(
            JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, endOfMessage: true, Cancellation);
        while (true)
        {
            // Between the answers are events.
            var read = await ReadAsync();
            if (read["id"]?.GetValue<int>() != id)
                continue;
            Assert.Null(read["error"]);
            return read["result"]!.AsObject();
        }
    }

    private async Task<JsonNode> ReadAsync()
    {
        using var text = new MemoryStream();
        var buffer = new byte[16 * 1024];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(RawConnection.Patience);
        WebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer, limit.Token);
            text.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return JsonNode.Parse(text.ToArray())!;
    }
}
