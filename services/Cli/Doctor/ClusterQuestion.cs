using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ModelServing.Contracts;
using ModelServing.Oci.Rest;

namespace ModelServing.Cli.Doctor;

/// <summary>Whether the cluster, if it exists, lets the identity create what the program creates in it. IAM allows everything but roles and
/// their bindings, which only the cluster's own RBAC allows.</summary>
/// <remarks>
/// <code>
/// 1 find     the environment's cluster
/// 2 access   its kubeconfig has the address and the certificate; the OCI CLI makes the token, as it does for Pulumi
/// 3 review   a SelfSubjectAccessReview for each kind of object; the cluster answers for exactly this identity
/// </code>
/// </remarks>
internal static partial class ClusterQuestion
{
    private const string Check = "cluster's rights";

    private static readonly (string Group, string Resource)[] Created =
    [
        ("", "namespaces"), ("", "configmaps"), ("", "secrets"), ("", "services"), ("", "serviceaccounts"), ("apps", "deployments"),
        ("apps", "statefulsets"), ("autoscaling", "horizontalpodautoscalers"), ("policy", "poddisruptionbudgets"), ("batch", "cronjobs"),
        ("rbac.authorization.k8s.io", "roles"), ("rbac.authorization.k8s.io", "rolebindings"),
    ];

    internal static async Task<IReadOnlyList<Finding>> AskAsync(
        StackQuestions stack, ExistingCluster? cluster, Tools tools, OciSettings settings, CancellationToken cancellation)
    {
        // 1
        if (cluster is null)
            return [Finding.Note(Check, "the cluster does not exist yet; ask again before the second apply")];

        // 2
        var answer = await stack.Rest.PostAsync(
            RestService.Kubernetes,
            $"/20180222/clusters/{Uri.EscapeDataString(cluster.Id)}/kubeconfig/content",
            new JsonObject
            {
                ["tokenVersion"] = "2.0.0",
                ["endpoint"] = stack.Cloud.Cluster.PublicEndpoint ? "PUBLIC_ENDPOINT" : "PRIVATE_ENDPOINT",
            },
            cancellation);
        if (!answer.IsSuccess)
            return [Finding.Unasked(Check, $"the kubeconfig can't be read: {answer.Problem}")];
        if (Server.Match(answer.Text) is not { Success: true } server || Authority.Match(answer.Text) is not { Success: true } authority)
            return [Finding.Unasked(Check, "the kubeconfig names no server or no certificate authority")];
        var (token, problem) = await TokenAsync(stack, cluster, tools, settings, cancellation);
        if (token is null)
            return [Finding.Unasked(Check, problem, "pipx install oci-cli   (then: oci ce cluster generate-token --cluster-id ID)")];

        // 3
        using var api = AccessReview.Open(new Uri(server.Groups[1].Value), authority.Groups[1].Value, token);
        var denied = new List<string>();
        foreach (var (group, resource) in Created)
        {
            var (allowed, reason) = await api.MayCreateAsync(group, resource, cancellation);
            if (allowed is null)
            {
                return [Finding.Unasked(
                    Check,
                    $"the cluster's API at {server.Groups[1].Value} does not answer: {reason}",
                    "docs/infrastructure.md, \"How pulumi up reaches a private endpoint\"")];
            }

            if (allowed is false)
                denied.Add(resource);
        }

        return denied.Count == 0
            ? [Finding.Good(Check, $"the identity may create all {Created.Length} kinds of objects")]
            : [Finding.Wrong(
                Check,
                $"the identity may not create {string.Join(", ", denied)} in the cluster; a tenancy's administrator runs once:",
                ClusterNames.DeployerBinding + "OCID-OF-THE-GROUP")];
    }

    // The kubeconfig has the same command.
    private static async Task<(string? Token, string Problem)> TokenAsync(
        StackQuestions stack, ExistingCluster cluster, Tools tools, OciSettings settings, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(
            "oci", ["ce", "cluster", "generate-token", "--cluster-id", cluster.Id, "--region", stack.Cloud.Region]);
        if (settings.Identity == OciIdentity.ConfigFile)
        {
            start.Environment["OCI_CLI_PROFILE"] = settings.Profile;
            if (settings.ConfigFile is { } file)
                start.Environment["OCI_CLI_CONFIG_FILE"] = file;
        }
        else
        {
            start.Environment["OCI_CLI_AUTH"] = OciIdentities.Text(settings.Identity).Replace('-', '_');
        }

        if (await tools.RunAsync(start, cancellation) is not { } exit)
            return (null, "the OCI CLI, which makes the cluster's tokens, is not on the PATH or does not answer");
        if (exit.Code != 0)
            return (null, $"the OCI CLI made no token: {exit.Errors.FirstOrDefault(static line => line.Length > 0) ?? "no reason"}");
        try
        {
            return JsonNode.Parse(string.Join('\n', exit.Output))?["status"]?["token"]?.GetValue<string>() is { Length: > 0 } token
                ? (token, "")
                : (null, "the OCI CLI's answer has no token");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return (null, $"the OCI CLI's answer is not a token: {e.Message}");
        }
    }

    [GeneratedRegex(@"^\s*server:\s*""?(https?://[^\s""]+)", RegexOptions.Multiline)]
    private static partial Regex Server { get; }

    [GeneratedRegex(@"^\s*certificate-authority-data:\s*""?([A-Za-z0-9+/=]+)", RegexOptions.Multiline)]
    private static partial Regex Authority { get; }
}
