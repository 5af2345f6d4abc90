using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelServing.Stacks.Preview;
using ModelServing.Stacks.Preview.Summary;

namespace ModelServing.Infra.Tests.Stacks.Preview;

/// <summary>Stacks as the preview renders them. Rendering takes long, so each stack file is rendered once for all tests.</summary>
internal static class SomePreview
{
    /// <summary>The SHA-256 of the key of the client shop.</summary>
    internal const string KeyHash = "1111111111111111111111111111111111111111111111111111111111111111";

    /// <summary>The way to the cluster.</summary>
    internal const string Access = "access: bastion, bastionAllowedCidrs: [198.51.100.7/32] }";

    /// <summary>Two models, a feature view, a client, a TrafficSplitter, people who get alarms, and the parts that are optional, such as a
    /// Bastion.</summary>
    internal static readonly string File = SomeStack.File(
        "fraud: { stable: { version: 1 }, canary: { version: 2, percent: 5 } }, churn: { stable: { version: 1 } }",
        more: $$"""
        {{SomeStack.Features}}
          modelserving:clients: { shop: { keyHashes: ['{{KeyHash}}'] } }
          modelserving:router: { min: 2, max: 2 }
          modelserving:alarms: { emails: [ml@example.com] }
          modelserving:functions: { splitter: { keySecret: {{SomeStack.SplitSecret}} }, timeout: 60s }
          modelserving:costs: { tagNamespace: Platform, createTags: true, budget: { amount: 500, emails: [finance@example.com] } }
          modelserving:replication: { region: eu-amsterdam-1 }
          modelserving:telemetry: { podLogDays: 30 }
        """).Replace("frankfurt-1.some }", "frankfurt-1.some, " + Access, StringComparison.Ordinal);

    /// <summary>The digest that makes the secrets of all snapshots comparable.</summary>
    internal static readonly SecretDigest Digest = SecretDigest.ForThisProcess();
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly Dictionary<string, Task<StackSnapshot>> Rendered = [];

    internal static Task<StackSnapshot> BaseAsync() => RenderAsync(File);

    internal static Task<StackSnapshot> RenderAsync(string yaml)
    {
        lock (Rendered)
        {
            return Rendered.TryGetValue(yaml, out var rendered)
                ? rendered
                : Rendered[yaml] = StackSnapshot.RenderAsync(yaml, "test", foundationOnly: false, Digest);
        }
    }

    /// <summary>The change of one text of the stack file.</summary>
    internal static async Task<StackComparison> ChangedAsync(string former, string latter)
    {
        Assert.Contains(former, File, StringComparison.Ordinal);
        return StackComparison.Between(await BaseAsync(), await RenderAsync(File.Replace(former, latter, StringComparison.Ordinal)));
    }

    /// <summary>The change of a program: of one text in the inputs of a resource.</summary>
    internal static async Task<StackComparison> EditedAsync(string kind, string name, string former, string latter)
    {
        var left = await BaseAsync();
        var right = Copy(left);
        var resource = right.Resources.Single(each => each.Kind == kind && each.Name == name);
        var inputs = resource.Inputs.ToJsonString(Plain);
        Assert.Contains(former, inputs, StringComparison.Ordinal);
        var edited = resource with { Inputs = JsonNode.Parse(inputs.Replace(former, latter, StringComparison.Ordinal))!.AsObject() };
        return StackComparison.Between(
            left,
            right with { Resources = [.. right.Resources.Select(each => each.Urn == resource.Urn ? edited : each)] });
    }

    /// <summary>A snapshot of its own, which a test may change.</summary>
    internal static StackSnapshot Copy(StackSnapshot snapshot) => EarlierProgram.Read(EarlierProgram.Write(snapshot));

    internal static PreviewSummary Summary(this StackComparison comparison) => PreviewSummary.From(comparison);

    /// <summary>The lines of the details that begin with a sign, without indentation.</summary>
    internal static IReadOnlyList<string> Details(this StackComparison comparison)
    {
        using var text = new StringWriter();
        new PreviewWriter(text, PreviewFormat.Plain).WriteDifference(comparison, []);
        return
        [
            .. text.ToString().Split('\n').Where(static line => line is ['+' or '-' or '~' or '!' or '?', ' ', ..])
                .Select(static line => $"{line[0]} {line[2..].Trim()}"),
        ];
    }
}
