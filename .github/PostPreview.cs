// Ahead-of-time compilation, the default for a file, would need 300 MB of packages.
#:property PublishAot=false
#:property GenerateDocumentationFile=true
using System.Globalization;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

// Writes the result of a pull request's preview into the only preview comment of that pull request, and sets the status "preview risks" of
// its newest commit. The preview ran the pull request's own code, so its artifacts are untrusted: they are read within limits, shown only
// inside code blocks, and never taken as true. This program comes from the main branch and has the token that may write.
//
// The status succeeds once each class of risk that the preview names has its label, such as "approved: data loss". A label approves what
// the comment shows: if a later commit has other risks, the labels are removed. The workflow "preview approval" runs when a label changes,
// and then only the status is set again, from what the comment says.
//
// Environment variables: GITHUB_EVENT_PATH (of a workflow_run event), GITHUB_API_URL and GITHUB_REPOSITORY, which GitHub sets, and
// GITHUB_TOKEN.
const int MaxArtifacts = 10;
const int MaxEntries = 40;
const int MaxPackedBytes = 1 << 20;
const int MaxEntryBytes = 256 << 10;
const int MaxPages = 20;
const string Marker = "<!-- modelserving: preview -->";
const string StatusName = "preview risks";

using var eventDocument = JsonDocument.Parse(File.ReadAllBytes(Variable("GITHUB_EVENT_PATH")));
var workflowRun = eventDocument.RootElement.GetProperty("workflow_run");
var runId = workflowRun.GetProperty("id").GetInt64();
var commit = workflowRun.GetProperty("head_sha").GetString()!;
var runPage = workflowRun.GetProperty("html_url").GetString()!;
var isApproval = workflowRun.GetProperty("name").GetString() == "preview approval";
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

// 3. Write the comment, with the risks in a hidden line.
var existing = await FindCommentAsync();
var recorded = existing is null ? null : RisksRecord.Find(existing.Body);
if (isApproval)
    return recorded?.Commit == commit ? await SetStatusAsync(recorded) : PostNothing("there is no comment about this commit");

var risks = RisksRecord.From(commit, texts, hasSucceeded: workflowRun.GetProperty("conclusion").GetString() == "success");
if (existing is null && texts.Count == 0)
    Console.WriteLine("nothing to post: no stack changes");
else
    await WriteCommentAsync(Comment.Make(Marker, risks, texts, runPage));

// 4. Remove the labels that approved other risks, and set the status.
if (recorded?.Digest != risks.Digest)
{
    foreach (var label in (await LabelsAsync()).Where(RisksRecord.IsApproval))
        (await http.DeleteAsync(new Uri($"{repository}/issues/{pullRequest}/labels/{Uri.EscapeDataString(label)}"))).Dispose();
}

return await SetStatusAsync(risks);

async Task WriteCommentAsync(string text)
{
    using var content = Json(new JsonObject { ["body"] = text });
    using var posted = existing is { Id: var id }
        ? await http.PatchAsync(new Uri($"{repository}/issues/comments/{id}"), content)
        : await http.PostAsync(new Uri($"{repository}/issues/{pullRequest}/comments"), content);
    posted.EnsureSuccessStatusCode();
    Console.WriteLine($"pull request {pullRequest}: {(existing is null ? "comment created" : "comment updated")}");
}

async Task<int> SetStatusAsync(RisksRecord about)
{
    var labels = await LabelsAsync();
    string[] missing = [.. about.Classes.Select(RisksRecord.LabelOf).Except(labels)];
    var (state, description) = about.HasFailed ? ("failure", "the preview failed")
        : missing.Length > 0 ? ("failure", $"needs the labels: {string.Join(", ", missing)}")
        : ("success", about.Classes.Count == 0 ? "no risk found" : "approved");
    using var content = Json(new JsonObject
    {
        ["state"] = state,
        ["context"] = StatusName,
        ["description"] = description,
        ["target_url"] = runPage,
    });
    using var posted = await http.PostAsync(new Uri($"{repository}/statuses/{commit}"), content);
    posted.EnsureSuccessStatusCode();
    Console.WriteLine($"{StatusName}: {state}: {description}");
    return 0;
}

async Task<string[]> LabelsAsync() =>
    [.. (await GetAsync($"issues/{pullRequest}/labels?per_page=100")).AsArray().Select(static label => (string)label!["name"]!)];

// The comment that this program created earlier. A comment by another author that starts with the same marker does not count.
async Task<ExistingComment?> FindCommentAsync()
{
    for (var page = 1; page <= MaxPages; page++)
    {
        var comments = (await GetAsync($"issues/{pullRequest}/comments?per_page=100&page={page}")).AsArray();
        foreach (var comment in comments)
        {
            if ((string?)comment!["body"] is { } text && text.StartsWith(Marker, StringComparison.Ordinal)
                && (string?)comment["user"]?["login"] == "github-actions[bot]")
                return new ExistingComment((long)comment["id"]!, text);
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

static StringContent Json(JsonObject body) => new(body.ToJsonString(), Encoding.UTF8, "application/json");

static string Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
    ? value
    : throw new InvalidOperationException($"the environment variable {name} is not set");

static int PostNothing(string reason)
{
    Console.WriteLine($"nothing to post: {reason}");
    return 0;
}

/// <summary>The comment of an earlier run.</summary>
internal sealed record ExistingComment(long Id, string Body);

/// <summary>The risks that a comment shows: for which commit, their classes, and a digest of their lines.</summary>
internal sealed record RisksRecord(string Commit, IReadOnlyList<string> Classes, string Digest)
{
    // In place of the classes, if the preview failed or a stack changes without a word about its risks.
    private const string Failed = "failed";

    private static readonly string[] All = ["data loss", "outage", "new right", "cost"];

    internal bool HasFailed => Classes.Contains(Failed);

    /// <summary>The hidden line of the comment.</summary>
    public override string ToString() => $"<!-- risks of {Commit}: {string.Join(", ", Classes)}; {Digest} -->";

    internal static RisksRecord From(string commit, IReadOnlyDictionary<string, string> texts, bool hasSucceeded)
    {
        string[] lines =
        [
            .. from summary in texts
               where summary.Key.EndsWith(".summary.txt", StringComparison.Ordinal)
               from Match line in Patterns.Risk().Matches(summary.Value.ReplaceLineEndings("\n"))
               select $"{summary.Key} {line.Value}",
        ];
        var isSilent = texts.Keys.Any(name => name.EndsWith(".offline.txt", StringComparison.Ordinal)
            && !texts.ContainsKey(name.Replace(".offline.", ".summary.", StringComparison.Ordinal)));
        string[] classes = hasSucceeded && !isSilent
            ? [.. All.Where(risk => lines.Any(line => line.Contains($" risk: {risk}: ", StringComparison.Ordinal)))]
            : [Failed];
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        return new RisksRecord(commit, classes, Convert.ToHexStringLower(digest));
    }

    internal static RisksRecord? Find(string comment) => Patterns.Record().Match(comment) is { Success: true } match
        ? new(
            match.Groups[1].Value,
            match.Groups[2].Value.Split(", ", StringSplitOptions.RemoveEmptyEntries),
            match.Groups[3].Value)
        : null;

    internal static string LabelOf(string risk) => $"approved: {risk}";

    internal static bool IsApproval(string label) => All.Select(LabelOf).Contains(label);
}

/// <summary>The text of the comment, within GitHub's limit.</summary>
internal static class Comment
{
    // GitHub accepts 65,536 characters. This counts bytes, and a text never has fewer bytes than characters.
    private const int MaxBytes = 65_000;

    private const int BytesOutsideBlocks = 4_000;

    // The order of a stack's blocks. The summary is always visible, the others are folded.
    private static readonly string[] Parts = ["summary", "try", "cost", "offline", "pulumi"];

    private const string Offline = "Rendered offline, without the cloud: this pull request's program and stack file against the base.";

    internal static string Make(string marker, RisksRecord risks, IReadOnlyDictionary<string, string> texts, string runPage)
    {
        var comment = new StringBuilder($"{marker}\n{risks}\n### What this changes\n");
        if (texts.Count == 0)
            comment.Append("\nNo stack changes.\n");
        var (left, remaining) = (MaxBytes - BytesOutsideBlocks, texts.Count);
        // Summaries come first, because labels approve them. Then the shortest text, so the longer ones can use the space that it leaves.
        var blocks = new Dictionary<string, string>();
        foreach (var (name, text) in texts.OrderBy(static pair => !IsSummary(pair.Key)).ThenBy(static pair => pair.Value.Length))
        {
            blocks[name] = Block(text, IsSummary(name) || IsCost(name) || IsTry(name) ? "text" : "diff", left / remaining--);
            left -= Encoding.UTF8.GetByteCount(blocks[name]);
        }

        foreach (var stack in texts.Keys.GroupBy(static name => name.Split('.')[0]))
        {
            if (stack.Any(static name => !IsFromCloud(name) && !IsTry(name)))
                comment.Append($"\n#### `{stack.Key}`\n{Offline}\n");
            foreach (var name in stack.OrderBy(static name => Array.IndexOf(Parts, name.Split('.')[1])))
            {
                if (IsFromCloud(name))
                    continue;
                if (IsTry(name))
                {
                    comment.Append($"\n#### `{stack.Key}`: new versions, tried with logged requests\n\n{blocks[name]}");
                    continue;
                }

                comment.Append(IsSummary(name) || !texts.ContainsKey($"{stack.Key}.summary.txt")
                    ? $"\n{blocks[name]}"
                    : Folded(IsCost(name) ? "Monthly cost" : "Details", blocks[name]));
            }

            if (texts.ContainsKey($"{stack.Key}.pulumi.txt"))
            {
                comment.Append($"\n#### `{stack.Key}` in the cloud\n`pulumi preview --diff` against the environment's state.\n")
                    .Append(Folded("Details", blocks[$"{stack.Key}.pulumi.txt"]));
            }
        }

        return comment.Append($"\nThe summary of [the run]({runPage}) has the full text.\n").ToString();
    }

    private static bool IsSummary(string name) => name.EndsWith(".summary.txt", StringComparison.Ordinal);

    private static bool IsCost(string name) => name.EndsWith(".cost.txt", StringComparison.Ordinal);

    private static bool IsTry(string name) => name.EndsWith(".try.txt", StringComparison.Ordinal);

    private static bool IsFromCloud(string name) => name.Contains(".pulumi.", StringComparison.Ordinal);

    private static string Folded(string title, string block) => $"\n<details><summary>{title}</summary>\n\n{block}\n</details>\n";

    /// <summary>Makes a code block that its text cannot end: the fence is longer than any in the text, and invisible characters and
    /// characters that reverse the direction of text are replaced.</summary>
    private static string Block(string text, string language, int maxBytes)
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
                return $"{fence}{language}\n{block}{fence}\nLines left out here: {omitted}.\n";
            }

            block.Append(lines[i]).Append('\n');
        }

        return $"{fence}{language}\n{block}{fence}\n";
    }
}

internal static partial class Patterns
{
    /// <summary>The files of an artifact: the number of the pull request, and the preview of a stack, made offline or by Pulumi, and
    /// what its new versions would have answered.</summary>
    [GeneratedRegex(@"\A(number\.txt|[a-z0-9][a-z0-9-]{0,99}\.(summary|try|cost|offline|pulumi)\.txt)\z", RegexOptions.CultureInvariant)]
    internal static partial Regex File();

    /// <summary>A line of a summary that names a risk.</summary>
    [GeneratedRegex(@"^risk: (data loss|outage|new right|cost): .*$", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    internal static partial Regex Risk();

    /// <summary>The hidden line of a comment.</summary>
    [GeneratedRegex(@"\A<!-- [^\n]* -->\r?\n<!-- risks of ([0-9a-f]{40}): ([a-z, ]*); ([0-9a-f]{64}) -->", RegexOptions.CultureInvariant)]
    internal static partial Regex Record();

    [GeneratedRegex("`+", RegexOptions.CultureInvariant)]
    internal static partial Regex Ticks();

    /// <summary>Control, format and private-use characters, except tab and newline.</summary>
    [GeneratedRegex(@"[\p{Cc}\p{Cf}\p{Co}-[\t\n]]", RegexOptions.CultureInvariant)]
    internal static partial Regex Invisible();
}
