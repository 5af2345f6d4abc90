// Compiled ahead of time, as a file is by default, it would need 300 MB of packages.
#:property PublishAot=false
#:property GenerateDocumentationFile=true
using System.Globalization;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

// Writes what the preview of a pull request has found into its one comment. The preview ran the pull request's own code, so what it left is
// data that anybody may have written: it is read within bounds, shown inside of a code block only, and believed in nothing. This program
// is the main branch's, and holds the token that may write.
//
// It reads what GitHub sets (GITHUB_EVENT_PATH of a workflow_run, GITHUB_API_URL, GITHUB_REPOSITORY) and GITHUB_TOKEN.
const int MostArtifacts = 10;
const int MostEntries = 20;
const int MostPackedBytes = 1 << 20;
const int MostEntryBytes = 256 << 10;
const int MostPages = 20;
const string Marker = "<!-- modelserving: preview -->";

using var run = JsonDocument.Parse(File.ReadAllBytes(Variable("GITHUB_EVENT_PATH")));
var workflowRun = run.RootElement.GetProperty("workflow_run");
var runId = workflowRun.GetProperty("id").GetInt64();
var commit = workflowRun.GetProperty("head_sha").GetString()!;
var runPage = workflowRun.GetProperty("html_url").GetString()!;
var repository = $"{Variable("GITHUB_API_URL")}/repos/{Variable("GITHUB_REPOSITORY")}";

using var http = new HttpClient { MaxResponseContentBufferSize = 8 << 20, Timeout = TimeSpan.FromMinutes(1) };
http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Variable("GITHUB_TOKEN"));
http.DefaultRequestHeaders.UserAgent.ParseAdd("modelserving-preview");
http.DefaultRequestHeaders.Accept.ParseAdd("application/vnd.github+json");
http.DefaultRequestHeaders.Add("X-GitHub-Api-Version", "2022-11-28");

// 1. What the preview left, the newest last: a run that is run again leaves it again.
var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
var artifacts = (await GetAsync($"actions/runs/{runId}/artifacts?per_page=100"))["artifacts"]!.AsArray()
    .Where(static artifact => ((string)artifact!["name"]!).StartsWith("preview-", StringComparison.Ordinal))
    .OrderBy(static artifact => (long)artifact!["id"]!)
    .TakeLast(MostArtifacts);
foreach (var artifact in artifacts)
{
    if ((long)artifact!["size_in_bytes"]! > MostPackedBytes)
        return Nothing($"the artifact {artifact["name"]} has {artifact["size_in_bytes"]} bytes; {MostPackedBytes} are allowed");
    await using var packed = await ZipArchive.CreateAsync(new MemoryStream(await DownloadAsync((long)artifact["id"]!)), ZipArchiveMode.Read, leaveOpen: false, entryNameEncoding: null);
    foreach (var entry in packed.Entries.Take(MostEntries).Where(static entry => Names.File().IsMatch(entry.FullName)))
        texts[entry.FullName] = Read(entry);
}

// 2. Whose it is. The number is the preview's own word: it counts only for a pull request whose newest commit is the one that was previewed.
if (!texts.Remove("number.txt", out var number) || !int.TryParse(number.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var pullRequest))
    return Nothing("the preview names no pull request");
var subject = await GetAsync($"pulls/{pullRequest}");
if ((string)subject["head"]!["sha"]! != commit || (string)subject["state"]! != "open")
    return Nothing($"pull request {pullRequest} is closed, or its newest commit is not {commit}");

// 3. The comment.
var former = await FindCommentAsync();
if (former is null && texts.Count == 0)
    return Nothing("no stack changes");
var body = new JsonObject { ["body"] = Comment.Of(Marker, texts, runPage) };
using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
using var posted = former is { } id
    ? await http.PatchAsync(new Uri($"{repository}/issues/comments/{id}"), content)
    : await http.PostAsync(new Uri($"{repository}/issues/{pullRequest}/comments"), content);
posted.EnsureSuccessStatusCode();
Console.WriteLine($"pull request {pullRequest}: {(former is null ? "commented" : "comment updated")}");
return 0;

// The comment that this program made before. A comment of somebody else that begins alike is not it.
async Task<long?> FindCommentAsync()
{
    for (var page = 1; page <= MostPages; page++)
    {
        var comments = (await GetAsync($"issues/{pullRequest}/comments?per_page=100&page={page}")).AsArray();
        foreach (var comment in comments)
        {
            if (((string?)comment!["body"])?.StartsWith(Marker, StringComparison.Ordinal) == true && (string?)comment["user"]?["login"] == "github-actions[bot]")
                return (long)comment["id"]!;
        }

        if (comments.Count < 100)
            break;
    }

    return null;
}

async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await http.GetByteArrayAsync(new Uri($"{repository}/{path}")))!;

// GitHub answers with the address of a store elsewhere; HttpClient follows it and leaves the token behind.
async Task<byte[]> DownloadAsync(long artifact) => await http.GetByteArrayAsync(new Uri($"{repository}/actions/artifacts/{artifact}/zip"));

// At most so many bytes, whatever the archive says of its size.
static string Read(ZipArchiveEntry entry)
{
    using var stream = entry.Open();
    var bytes = new byte[MostEntryBytes];
    return Encoding.UTF8.GetString(bytes, 0, stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
}

static string Variable(string name) =>
    Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : throw new InvalidOperationException($"the environment has no {name}");

static int Nothing(string reason)
{
    Console.WriteLine($"nothing to post: {reason}");
    return 0;
}

/// <summary>The comment's text, within GitHub's limit.</summary>
internal static class Comment
{
    // GitHub takes 65,536 characters. Bytes are counted, of which there are never fewer.
    private const int MostBytes = 65_000;

    private const int BytesBesideBlocks = 4_000;

    internal static string Of(string marker, IReadOnlyDictionary<string, string> texts, string runPage)
    {
        var comment = new StringBuilder($"{marker}\n### What this changes\n");
        if (texts.Count == 0)
            comment.Append("\nNo stack changes.\n");
        var (left, waiting) = (MostBytes - BytesBesideBlocks, texts.Count);
        // The shortest first, so that what they leave is the longer ones'.
        var blocks = new Dictionary<string, string>();
        foreach (var (name, text) in texts.OrderBy(static pair => pair.Value.Length))
        {
            blocks[name] = Block(text, left / waiting--);
            left -= Encoding.UTF8.GetByteCount(blocks[name]);
        }

        foreach (var name in texts.Keys)
        {
            var parts = name.Split('.');
            comment.Append(parts[1] == "pulumi"
                ? $"\n#### `{parts[0]}`, as the cloud has it\n`pulumi preview --diff`, against the environment's state.\n\n"
                : $"\n#### `{parts[0]}`\nRendered offline, this pull request's program and stack file against the base's: no cloud was asked.\n\n");
            comment.Append(blocks[name]);
        }

        return comment.Append($"\n[The whole of it]({runPage}) stands in the run's summary.\n").ToString();
    }

    /// <summary>A text as a block that it can't end: by a longer fence than it has, and without characters that aren't seen or turn others around.</summary>
    private static string Block(string text, int mostBytes)
    {
        var clean = Names.Unseen().Replace(text.ReplaceLineEndings("\n").TrimEnd('\n'), "\uFFFD");
        var fence = new string('`', Math.Max(3, Names.Ticks().Matches(clean).Select(static match => match.Length + 1).DefaultIfEmpty().Max()));
        var block = new StringBuilder();
        var (room, lines) = (mostBytes - (2 * fence.Length) - 100, clean.Split('\n'));
        for (var i = 0; i < lines.Length; i++)
        {
            room -= Encoding.UTF8.GetByteCount(lines[i]) + 1;
            if (room < 0)
                return $"{fence}diff\n{block}{fence}\n{(lines.Length - i).ToString(CultureInfo.InvariantCulture)} more lines are left out here.\n";
            block.Append(lines[i]).Append('\n');
        }

        return $"{fence}diff\n{block}{fence}\n";
    }
}

internal static partial class Names
{
    /// <summary>What an artifact may hold: the pull request's number, and a text for a stack, rendered offline or by Pulumi.</summary>
    [GeneratedRegex(@"\A(number\.txt|[a-z0-9][a-z0-9-]{0,99}\.(offline|pulumi)\.txt)\z", RegexOptions.CultureInvariant)]
    internal static partial Regex File();

    [GeneratedRegex("`+", RegexOptions.CultureInvariant)]
    internal static partial Regex Ticks();

    /// <summary>Control, format and private characters but tab and newline.</summary>
    [GeneratedRegex(@"[\p{Cc}\p{Cf}\p{Co}-[\t\n]]", RegexOptions.CultureInvariant)]
    internal static partial Regex Unseen();
}
