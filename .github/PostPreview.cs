// Ahead-of-time compilation, the default for a file, would need 300 MB of packages.
#:property PublishAot=false
#:property GenerateDocumentationFile=true
using System.Globalization;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

// Writes the result of a pull request's preview into the only preview comment of that pull request. The preview ran the pull request's own
// code, so its artifacts are untrusted: they are read within limits, shown only inside code blocks, and never taken as true. This program
// comes from the main branch and has the token that may write.
//
// Environment variables: GITHUB_EVENT_PATH (of a workflow_run event), GITHUB_API_URL and GITHUB_REPOSITORY, which GitHub sets, and
// GITHUB_TOKEN.
const int MaxArtifacts = 10;
const int MaxEntries = 20;
const int MaxPackedBytes = 1 << 20;
const int MaxEntryBytes = 256 << 10;
const int MaxPages = 20;
const string Marker = "<!-- modelserving: preview -->";

using var eventDocument = JsonDocument.Parse(File.ReadAllBytes(Variable("GITHUB_EVENT_PATH")));
var workflowRun = eventDocument.RootElement.GetProperty("workflow_run");
var runId = workflowRun.GetProperty("id").GetInt64();
var commit = workflowRun.GetProperty("head_sha").GetString()!;
var runPage = workflowRun.GetProperty("html_url").GetString()!;
var repository = $"{Variable("GITHUB_API_URL")}/repos/{Variable("GITHUB_REPOSITORY")}";

using var http = new HttpClient { MaxResponseContentBufferSize = 8 << 20, Timeout = TimeSpan.FromMinutes(1) };
http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Variable("GITHUB_TOKEN"));
http.DefaultRequestHeaders.UserAgent.ParseAdd("modelserving-preview");
http.DefaultRequestHeaders.Accept.ParseAdd("application/vnd.github+json");
http.DefaultRequestHeaders.Add("X-GitHub-Api-Version", "2022-11-28");

// 1. Read the preview's artifacts, the newest last: if a run is repeated, its later artifacts replace the earlier ones.
var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
var artifacts = (await GetAsync($"actions/runs/{runId}/artifacts?per_page=100"))["artifacts"]!.AsArray()
    .Where(static artifact => ((string)artifact!["name"]!).StartsWith("preview-", StringComparison.Ordinal))
    .OrderBy(static artifact => (long)artifact!["id"]!)
    .TakeLast(MaxArtifacts);
foreach (var artifact in artifacts)
{
    if ((long)artifact!["size_in_bytes"]! > MaxPackedBytes)
        return PostNothing($"the artifact {artifact["name"]} has {artifact["size_in_bytes"]} bytes; the limit is {MaxPackedBytes}");
    var archive = new MemoryStream(await DownloadAsync((long)artifact["id"]!));
    await using var packed = await ZipArchive.CreateAsync(archive, ZipArchiveMode.Read, leaveOpen: false, entryNameEncoding: null);
    foreach (var entry in packed.Entries.Take(MaxEntries).Where(static entry => Patterns.File().IsMatch(entry.FullName)))
        texts[entry.FullName] = Read(entry);
}

// 2. Find the pull request. The number is untrusted too, so the newest commit of that pull request must be the commit that was previewed.
if (!texts.Remove("number.txt", out var number)
    || !int.TryParse(number.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var pullRequest))
{
    return PostNothing("the preview does not name a pull request");
}

var subject = await GetAsync($"pulls/{pullRequest}");
if ((string)subject["head"]!["sha"]! != commit || (string)subject["state"]! != "open")
    return PostNothing($"pull request {pullRequest} is closed, or its newest commit is not {commit}");

// 3. Write the comment.
var existing = await FindCommentAsync();
if (existing is null && texts.Count == 0)
    return PostNothing("no stack changes");
var body = new JsonObject { ["body"] = Comment.Make(Marker, texts, runPage) };
using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
using var posted = existing is { } id
    ? await http.PatchAsync(new Uri($"{repository}/issues/comments/{id}"), content)
    : await http.PostAsync(new Uri($"{repository}/issues/{pullRequest}/comments"), content);
posted.EnsureSuccessStatusCode();
Console.WriteLine($"pull request {pullRequest}: {(existing is null ? "comment created" : "comment updated")}");
return 0;

// The comment that this program created earlier. A comment by another author that starts with the same marker does not count.
async Task<long?> FindCommentAsync()
{
    for (var page = 1; page <= MaxPages; page++)
    {
        var comments = (await GetAsync($"issues/{pullRequest}/comments?per_page=100&page={page}")).AsArray();
        foreach (var comment in comments)
        {
            var isMarked = ((string?)comment!["body"])?.StartsWith(Marker, StringComparison.Ordinal) == true;
            if (isMarked && (string?)comment["user"]?["login"] == "github-actions[bot]")
                return (long)comment["id"]!;
        }

        if (comments.Count < 100)
            break;
    }

    return null;
}

async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await http.GetByteArrayAsync(new Uri($"{repository}/{path}")))!;

// GitHub redirects to another store. HttpClient follows the redirect without the token.
async Task<byte[]> DownloadAsync(long artifact) =>
    await http.GetByteArrayAsync(new Uri($"{repository}/actions/artifacts/{artifact}/zip"));

// Reads at most MaxEntryBytes, whatever size the archive states.
static string Read(ZipArchiveEntry entry)
{
    using var stream = entry.Open();
    var bytes = new byte[MaxEntryBytes];
    return Encoding.UTF8.GetString(bytes, 0, stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
}

static string Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
    ? value
    : throw new InvalidOperationException($"the environment variable {name} is not set");

static int PostNothing(string reason)
{
    Console.WriteLine($"nothing to post: {reason}");
    return 0;
}

/// <summary>The text of the comment, within GitHub's limit.</summary>
internal static class Comment
{
    // GitHub accepts 65,536 characters. This counts bytes, and a text never has fewer bytes than characters.
    private const int MaxBytes = 65_000;

    private const int BytesOutsideBlocks = 4_000;

    internal static string Make(string marker, IReadOnlyDictionary<string, string> texts, string runPage)
    {
        var comment = new StringBuilder($"{marker}\n### What this changes\n");
        if (texts.Count == 0)
            comment.Append("\nNo stack changes.\n");
        var (left, remaining) = (MaxBytes - BytesOutsideBlocks, texts.Count);
        // The shortest text comes first, so the longer ones can use the space that it leaves.
        var blocks = new Dictionary<string, string>();
        foreach (var (name, text) in texts.OrderBy(static pair => pair.Value.Length))
        {
            blocks[name] = Block(text, left / remaining--);
            left -= Encoding.UTF8.GetByteCount(blocks[name]);
        }

        foreach (var name in texts.Keys)
        {
            var parts = name.Split('.');
            var (heading, origin) = parts[1] == "pulumi"
                ? ($"`{parts[0]}` in the cloud", "`pulumi preview --diff` against the environment's state.")
                : ($"`{parts[0]}`", "Rendered offline, without the cloud: this pull request's program and stack file against the base.");
            comment.Append($"\n#### {heading}\n{origin}\n\n").Append(blocks[name]);
        }

        return comment.Append($"\nThe summary of [the run]({runPage}) has the full text.\n").ToString();
    }

    /// <summary>Makes a code block that its text cannot end: the fence is longer than any in the text, and invisible characters and
    /// characters that reverse the direction of text are replaced.</summary>
    private static string Block(string text, int maxBytes)
    {
        var clean = Patterns.Invisible().Replace(text.ReplaceLineEndings("\n").TrimEnd('\n'), "\uFFFD");
        var longestTicks = Patterns.Ticks().Matches(clean).Select(static match => match.Length).DefaultIfEmpty().Max();
        var fence = new string('`', Math.Max(3, longestTicks + 1));
        var block = new StringBuilder();
        var (room, lines) = (maxBytes - (2 * fence.Length) - 100, clean.Split('\n'));
        for (var i = 0; i < lines.Length; i++)
        {
            room -= Encoding.UTF8.GetByteCount(lines[i]) + 1;
            if (room < 0)
            {
                var omitted = (lines.Length - i).ToString(CultureInfo.InvariantCulture);
                return $"{fence}diff\n{block}{fence}\nLines left out here: {omitted}.\n";
            }

            block.Append(lines[i]).Append('\n');
        }

        return $"{fence}diff\n{block}{fence}\n";
    }
}

internal static partial class Patterns
{
    /// <summary>The files of an artifact: the number of the pull request, and the preview of a stack, made offline or by Pulumi.</summary>
    [GeneratedRegex(@"\A(number\.txt|[a-z0-9][a-z0-9-]{0,99}\.(offline|pulumi)\.txt)\z", RegexOptions.CultureInvariant)]
    internal static partial Regex File();

    [GeneratedRegex("`+", RegexOptions.CultureInvariant)]
    internal static partial Regex Ticks();

    /// <summary>Control, format and private-use characters, except tab and newline.</summary>
    [GeneratedRegex(@"[\p{Cc}\p{Cf}\p{Co}-[\t\n]]", RegexOptions.CultureInvariant)]
    internal static partial Regex Invisible();
}
