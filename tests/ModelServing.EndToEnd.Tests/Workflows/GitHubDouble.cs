using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests.Workflows;

/// <summary>
/// GitHub on a loopback port, as far as the comment needs it: the artifacts of a run, with redirects to another address, one pull request
/// with its comments and labels, and the statuses of its commits. Wrong requests get GitHub's answers, and are recorded.
/// </summary>
internal sealed partial class GitHubDouble : IAsyncDisposable
{
    internal const string RepositoryName = "somebody/models";
    internal const string Token = "the-token";
    internal const int PullRequest = 7;
    internal const long Run = 42;

    private readonly HttpListener listener = new();
    private readonly ConcurrentDictionary<long, (string Name, byte[] Bytes)> artifacts = new();
    private readonly ConcurrentQueue<string> faults = new();
    private readonly List<PullRequestComment> comments = [];
    private readonly ConcurrentDictionary<string, bool> labels = new();
    private readonly ConcurrentQueue<(string Commit, string State, string Description)> statuses = new();
    private readonly Task serving;

    internal GitHubDouble()
    {
        Api = new Uri($"http://127.0.0.1:{FreePort.Find()}/");
        listener.Prefixes.Add(Api.ToString());
        listener.Start();
        serving = ServeAsync();
    }

    internal Uri Api { get; }

    /// <summary>The newest commit of the pull request.</summary>
    internal string Head { get; set; } = "";

    /// <summary>The wrong requests.</summary>
    internal IReadOnlyCollection<string> Faults => faults;

    internal IReadOnlyList<PullRequestComment> Comments
    {
        get
        {
            lock (comments)
                return [.. comments];
        }
    }

    /// <summary>The labels of the pull request.</summary>
    internal ICollection<string> Labels => labels.Keys;

    /// <summary>The statuses of commits, the newest last.</summary>
    internal IReadOnlyCollection<(string Commit, string State, string Description)> Statuses => statuses;

    /// <summary>Adds a label to the pull request.</summary>
    internal void Label(string name) => labels[name] = true;

    /// <summary>Adds a comment.</summary>
    internal void Comment(string author, string body)
    {
        lock (comments)
            comments.Add(new PullRequestComment(1000 + comments.Count, author, body));
    }

    /// <summary>Adds a folder as an artifact of the run, packed as by actions/upload-artifact.</summary>
    internal void Upload(string name, string path)
    {
        using var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories))
                archive.CreateEntryFromFile(file, Path.GetRelativePath(path, file));
        }

        Upload(name, packed.ToArray());
    }

    /// <summary>Adds bytes as an artifact of the run, and replaces one of the same name.</summary>
    internal void Upload(string name, byte[] bytes)
    {
        RemoveArtifact(name);
        artifacts[500 + artifacts.Count] = (name, bytes);
    }

    internal void RemoveArtifact(string name)
    {
        foreach (var (id, _) in artifacts.Where(artifact => artifact.Value.Name == name))
            artifacts.TryRemove(id, out _);
    }

    /// <summary>The event of a workflow that runs after the preview.</summary>
    internal string WorkflowRunEvent(string workflow = "preview", string conclusion = "success") => new JsonObject
    {
        ["workflow_run"] = new JsonObject
        {
            ["id"] = Run,
            ["name"] = workflow,
            ["conclusion"] = conclusion,
            ["head_sha"] = Head,
            ["html_url"] = $"https://github.example/{RepositoryName}/actions/runs/{Run}",
        },
    }.ToJsonString();

    public async ValueTask DisposeAsync()
    {
        listener.Close();
        await serving;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
            var (status, bytes) = Answer(context.Request, await reader.ReadToEndAsync(), context.Response);
            context.Response.StatusCode = status;
            context.Response.ContentLength64 = bytes.Length;
            await context.Response.OutputStream.WriteAsync(bytes);
            context.Response.Close();
        }
    }

    private (int Status, byte[] Body) Answer(HttpListenerRequest request, string body, HttpListenerResponse response)
    {
        var route = $"{request.HttpMethod} {request.Url!.AbsolutePath.Replace($"/repos/{RepositoryName}", "", StringComparison.Ordinal)}";
        var authorization = request.Headers["Authorization"];
        if (Route("GET /elsewhere/(\\d+)") is { } stored)
            return authorization is null ? (200, artifacts[stored].Bytes) : Fault(400, "a token for GitHub was sent elsewhere");
        if (authorization != $"Bearer {Token}" || request.UserAgent is null)
            return Fault(401, $"{route}: {authorization}");
        if (route == $"GET /actions/runs/{Run}/artifacts")
            return Json(new JsonObject
            {
                ["artifacts"] = Array(artifacts.Select(static artifact => new JsonObject
                {
                    ["id"] = artifact.Key,
                    ["name"] = artifact.Value.Name,
                    ["size_in_bytes"] = artifact.Value.Bytes.Length,
                })),
            });
        if (Route("GET /actions/artifacts/(\\d+)/zip") is { } artifact)
        {
            response.RedirectLocation = new Uri(Api, $"elsewhere/{artifact}").ToString();
            return (302, []);
        }

        if (Route("GET /pulls/(\\d+)") is { } number)
            return number == PullRequest
                ? Json(new JsonObject { ["state"] = "open", ["head"] = new JsonObject { ["sha"] = Head } })
                : (404, "{}"u8.ToArray());
        if (route == $"GET /issues/{PullRequest}/labels")
            return Json(Array(labels.Keys.Select(static label => new JsonObject { ["name"] = label })));
        if (Regex.Match(route, $"^DELETE /issues/{PullRequest}/labels/(.+)$") is { Success: true } removed)
            return labels.TryRemove(Uri.UnescapeDataString(removed.Groups[1].Value), out _) ? Json(new JsonArray()) : Fault(404, route);
        if (Regex.Match(route, "^POST /statuses/([0-9a-f]{40})$") is { Success: true } about)
        {
            var status = JsonNode.Parse(body)!;
            if ((string?)status["context"] != "preview risks"
                || (string?)status["description"] is not { Length: > 0 and <= 140 } description)
                return Fault(422, $"{route}: {body}");
            statuses.Enqueue((about.Groups[1].Value, (string)status["state"]!, description));
            return (201, "{}"u8.ToArray());
        }

        lock (comments)
        {
            if (route == $"GET /issues/{PullRequest}/comments")
            {
                var (size, page) = (int.Parse(
                    request.QueryString["per_page"]!,
                    CultureInfo.InvariantCulture), int.Parse(request.QueryString["page"]!, CultureInfo.InvariantCulture));
                return Json(Array(comments.Skip((page - 1) * size)
                    .Take(size)
                    .Select(static comment => new JsonObject
                    {
                        ["id"] = comment.Id,
                        ["body"] = comment.Body,
                        ["user"] = new JsonObject { ["login"] = comment.Author },
                    })));
            }

            if ((string?)JsonNode.Parse(body)?["body"] is not { Length: > 0 and <= 65_536 } text)
                return Fault(422, $"{route}: a body of {body.Length}");
            if (route == $"POST /issues/{PullRequest}/comments")
            {
                Comment("github-actions[bot]", text);
                return (201, "{}"u8.ToArray());
            }

            if (Route("PATCH /issues/comments/(\\d+)") is { } id && comments.FindIndex(comment => comment.Id == id) is >= 0 and var index)
            {
                comments[index] = comments[index] with { Body = text };
                return Json(new JsonObject());
            }
        }

        return Fault(404, route);

        long? Route(string pattern) =>
            Regex.Match(route, $"^{pattern}$") is { Success: true } match
                ? long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
                : null;
    }

    private (int Status, byte[] Body) Fault(int status, string fault)
    {
        faults.Enqueue(fault);
        return (status, "{}"u8.ToArray());
    }

    private static (int Status, byte[] Body) Json(JsonNode node) => (200, Encoding.UTF8.GetBytes(node.ToJsonString()));

    private static JsonArray Array(IEnumerable<JsonNode> nodes) => new([.. nodes]);
}
