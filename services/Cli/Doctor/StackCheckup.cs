using ModelServing.Contracts;
using ModelServing.Oci.Rest;
using ModelServing.Settings;

namespace ModelServing.Cli.Doctor;

/// <summary>Checks a stack before <c>pulumi up</c>: what would fail in the cloud after many minutes is found in seconds. It only
/// reads.</summary>
/// <remarks>
/// <code>
/// 1 stack file   the settings; if they are wrong, nothing else is asked
/// 2 tools        Pulumi and the OCI CLI
/// 3 place        the identity, the regions, the compartment; if OCI does not answer, nothing else is asked
/// 4 rights       each service lists
/// 5 versions     Kubernetes, node shape and image
/// 6 limits       limits and quotas, for what is not there yet
/// 7 names        are free, or this stack's
/// 8 cluster      its own RBAC, if it exists
/// </code>
/// </remarks>
/// <param name="tools">The tools of this machine.</param>
/// <param name="endpoint">The address of all services of OCI, such as an emulator's; null takes the region's own.</param>
internal sealed class StackCheckup(StackLocation stack, Tools tools, Uri? endpoint)
{
    private static readonly string[] Later = ["rights", "versions", "limits", "names", "cluster's rights"];

    internal async Task<IReadOnlyList<Finding>> RunAsync(Func<string, OciSettings> settings, CancellationToken cancellation)
    {
        // 1
        StackFile file;
        try
        {
            file = stack.ReadCloud();
            var faults = file.Check();
            if (faults.Count > 0)
                throw stack.Faults(faults);
        }
        catch (CommandException e)
        {
            return
            [
                .. e.Lines.Select(static line => Finding.Wrong("stack file", line, null)),
                .. Unasked("the stack file is wrong", "place"),
            ];
        }

        var findings = new List<Finding> { Finding.Good("stack file", $"{stack.FileName} is correct") };

        // 2
        findings.AddRange(await tools.CheckAsync(isApply: true, cancellation));

        // 3
        OciSettings identity;
        OciRest rest;
        try
        {
            identity = settings(file.Cloud!.Region);
            rest = OciRest.Open(identity, endpoint);
        }
        catch (ContractException e)
        {
            findings.Add(Finding.Wrong("identity", e.Message, "oci setup config"));
            return [.. findings, .. Unasked("there is no identity", "place")];
        }

        using (rest)
        {
            await AskAsync(new StackQuestions(rest, stack, file), identity, findings, cancellation);
        }

        return findings;
    }

    private async Task AskAsync(
        StackQuestions questions, OciSettings identity, List<Finding> findings, CancellationToken cancellation)
    {
        var (places, mayAsk) = await PlaceQuestion.AskAsync(questions, cancellation);
        findings.AddRange(places);
        if (!mayAsk)
        {
            findings.AddRange(Unasked("OCI does not answer this identity"));
            return;
        }

        // 4
        findings.AddRange(await RightsQuestion.AskAsync(questions, cancellation));

        // 5, 6 and 8 depend on what an earlier apply has created.
        var (cluster, problem) = await ExistingCluster.FindAsync(questions, cancellation);
        if (problem is not null)
            findings.Add(Finding.Unasked("cluster", $"whether the cluster exists, and its nodes, can't be read: {problem}"));
        findings.AddRange(await VersionQuestion.AskAsync(questions, cluster, cancellation));
        findings.AddRange(await LimitsQuestion.AskAsync(questions, cluster, cancellation));

        // 7
        findings.AddRange(await NamesQuestion.AskAsync(questions, cancellation));

        // 8
        if (problem is null || cluster is not null)
            findings.AddRange(await ClusterQuestion.AskAsync(questions, cluster, tools, identity, cancellation));
    }

    private static IEnumerable<Finding> Unasked(string reason, params string[] before) =>
        before.Concat(Later).Select(check => Finding.Unasked(check, reason));
}
