using System.Globalization;
using System.Text.Json.Nodes;
using ModelServing.Oci.Rest;
using static ModelServing.Cli.Doctor.StackQuestions;

namespace ModelServing.Cli.Doctor;

/// <summary>Whether the tenancy's limits, and the quotas of the compartment, leave room for what the stack adds at its maximum.</summary>
internal static class LimitsQuestion
{
    private const string Unnamed = "no public page names the limits of OCI Cache, alarms, rules and bastions. Compare them with the "
        + "table in docs/deploy.md";

    internal static async Task<IReadOnlyList<Finding>> AskAsync(
        StackQuestions stack, ExistingCluster? existing, CancellationToken cancellation)
    {
        var findings = new List<Finding>();
        var (zones, last) = await stack.Rest.ListAsync(
            RestService.Identity, $"/20160918/availabilityDomains?{stack.InCompartment}", cancellation);
        string[] domains = [.. zones.Select(static zone => TextOf(zone, "name")).OfType<string>().Order(StringComparer.Ordinal)];
        var wanted = stack.Cloud.Cluster.Nodes.AvailabilityDomains;
        if (!last.IsSuccess)
            findings.Add(Finding.Unasked("availability domains", last.Problem));
        else if (domains.Length < wanted)
        {
            findings.Add(Finding.Wrong(
                "availability domains",
                $"the region has {domains.Length}, the stack file names {wanted}",
                stack.Set("cluster.nodes.availabilityDomains", domains.Length.ToString(CultureInfo.InvariantCulture))));
        }

        foreach (var need in LimitNeed.For(stack.File, existing))
        {
            findings.Add(need.AtLeastInEach is { } each
                ? await AskDomainsAsync(stack, need, each, [.. domains.Take(wanted)], cancellation)
                : await AskRegionAsync(stack, need, cancellation));
        }

        if (LimitNeed.Family(stack.Cloud.Cluster.Nodes.Shape) is null)
        {
            findings.Add(Finding.Unasked(
                "limit of nodes", $"the limit's name for {stack.Cloud.Cluster.Nodes.Shape} is unknown", List("compute")));
        }

        findings.Add(Finding.Note("limits", Unnamed, List("SERVICE")));
        return findings;

        string List(string service) =>
            $"oci limits value list --compartment-id {stack.Cloud.Tenancy} --service-name {service} --all";
    }

    private static async Task<Finding> AskRegionAsync(StackQuestions stack, LimitNeed need, CancellationToken cancellation)
    {
        if (need.IsPerCluster)
            return await AskValueAsync(stack, need, cancellation);
        var (available, quota, problem) = await AvailableAsync(stack, need, null, cancellation);
        return available is { } left
            ? left >= need.Count
                ? Finding.Good(CheckOf(need), $"{Text(need.Count)} needed, {Text(left)} available{quota}")
                : TooLittle(need, $"{Text(left)} available{quota}")
            : problem is null ? await AskValueAsync(stack, need, cancellation) : Unknown(need, problem);
    }

    private static async Task<Finding> AskDomainsAsync(
        StackQuestions stack, LimitNeed need, double each, IReadOnlyList<string> domains, CancellationToken cancellation)
    {
        var (sum, tooSmall, texts) = (0.0, false, new List<string>());
        foreach (var domain in domains)
        {
            var (available, quota, problem) = await AvailableAsync(stack, need, domain, cancellation);
            if (available is not { } left)
                return problem is null ? await AskValueAsync(stack, need, cancellation) : Unknown(need, problem);
            sum += left;
            tooSmall |= left < each;
            texts.Add($"{Text(left)} in {domain}{quota}");
        }

        if (domains.Count == 0)
            return Unknown(need, "the availability domains are unknown");
        var text = $"available: {string.Join(", ", texts)}";
        return sum >= need.Count && !tooSmall
            ? Finding.Good(CheckOf(need), $"{Text(need.Count)} needed, {text}")
            : TooLittle(need, text);
    }

    // For some limits, the service does not tell how much of it is used. Then the limit itself may still be too low.
    private static async Task<Finding> AskValueAsync(StackQuestions stack, LimitNeed need, CancellationToken cancellation)
    {
        var (values, last) = await stack.Rest.ListAsync(
            RestService.Limits,
            $"/20190729/limitValues?{stack.InTenancy}&serviceName={need.Service}&name={need.Limit}",
            cancellation);
        if (!last.IsSuccess)
            return Unknown(need, last.Problem);
        double[] named = [.. values.Where(value => TextOf(value, "name") == need.Limit)
            .Select(static value => NumberOf(value, "value")).OfType<double>()];
        if (named.Length == 0)
            return Unknown(need, "the service does not know a limit of this name");
        var limit = named.Sum();
        return limit < need.Count ? TooLittle(need, $"the limit is {Text(limit)}")
            : need.IsPerCluster ? Finding.Good(CheckOf(need), $"{Text(need.Count)} needed, and a cluster may have {Text(limit)}")
            : Finding.Note(
                CheckOf(need), $"{Text(need.Count)} needed; the limit is {Text(limit)}, and OCI does not tell how much of it is used");
    }

    private static async Task<(double? Available, string Quota, string? Problem)> AvailableAsync(
        StackQuestions stack, LimitNeed need, string? domain, CancellationToken cancellation)
    {
        var target = $"/20190729/services/{need.Service}/limits/{need.Limit}/resourceAvailability?{stack.InCompartment}"
            + (domain is null ? "" : $"&availabilityDomain={Uri.EscapeDataString(domain)}");
        var answer = await stack.Rest.GetAsync(RestService.Limits, target, cancellation);
        if (answer is not { IsSuccess: true, Body: JsonObject body })
            return (null, "", answer.Problem);
        var quota = NumberOf(body, "effectiveQuotaValue") is { } value ? $" (a quota of {Text(value)} applies)" : "";
        return (NumberOf(body, "available"), quota, null);
    }

    private static Finding Unknown(LimitNeed need, string problem) => Finding.Unasked(
        CheckOf(need), $"{Text(need.Count)} needed; {problem}", $"oci limits value list --service-name {need.Service} --all");

    private static Finding TooLittle(LimitNeed need, string text) => Finding.Wrong(
        CheckOf(need),
        $"{Text(need.Count)} needed, {text}",
        "the console, Limits, Quotas and Usage: request an increase (it can take days), or lower the setting");

    private static string CheckOf(LimitNeed need) => $"limit {need.Service} {need.Limit}";

    private static string Text(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
