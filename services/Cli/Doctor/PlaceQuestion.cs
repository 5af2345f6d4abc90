using System.Net;
using System.Text.Json.Nodes;
using ModelServing.Oci.Rest;
using static ModelServing.Cli.Doctor.StackQuestions;

namespace ModelServing.Cli.Doctor;

/// <summary>Whether OCI knows the identity, the regions and the compartment.</summary>
internal static class PlaceQuestion
{
    /// <returns>The findings, and whether further questions make sense.</returns>
    internal static async Task<(IReadOnlyList<Finding> Findings, bool MayAsk)> AskAsync(
        StackQuestions stack, CancellationToken cancellation)
    {
        var cloud = stack.Cloud;
        var regions = await stack.Rest.GetAsync(
            RestService.Identity, $"/20160918/tenancies/{Uri.EscapeDataString(cloud.Tenancy)}/regionSubscriptions", cancellation);
        if (regions.Status is null)
            return ([Finding.Unasked("identity", regions.Problem, $"curl -sI https://identity.{cloud.Region}.oci.oraclecloud.com")], false);
        if (regions.Status == HttpStatusCode.Unauthorized)
        {
            return ([Finding.Wrong(
                "identity",
                $"OCI does not accept {stack.Rest.Identity}: {regions.Problem}",
                "oci setup config   (or correct the key, the fingerprint, or this machine's clock)")], false);
        }

        var findings = new List<Finding> { Finding.Good("identity", $"OCI accepts {stack.Rest.Identity}") };
        if (regions.IsSuccess)
        {
            AddRegions(
                stack, [.. regions.Items.Select(static item => (TextOf(item, "regionName"), item["isHomeRegion"]?.ToString() == "true"))]);
        }
        else
        {
            findings.Add(Finding.Unasked("regions", $"the tenancy's regions can't be read: {regions.Problem}"));
        }

        var compartment = await stack.Rest.GetAsync(
            RestService.Identity, $"/20160918/compartments/{Uri.EscapeDataString(cloud.Compartment)}", cancellation);
        findings.Add(compartment switch
        {
            { IsSuccess: true, Body: JsonObject body } when TextOf(body, "lifecycleState") is "ACTIVE" =>
                Finding.Good("compartment", $"{TextOf(body, "name")} is active"),
            { IsSuccess: true, Body: JsonObject body } => Finding.Wrong(
                "compartment", $"its state is {TextOf(body, "lifecycleState")}; it must be ACTIVE", stack.Set("compartment", "OCID")),
            { IsRefusal: true } => Finding.Wrong(
                "compartment",
                "it does not exist, or the identity may not see it",
                "a policy needs: Allow group GROUP to inspect compartments in tenancy   (or correct the setting compartment)"),
            _ => Finding.Unasked("compartment", compartment.Problem),
        });
        return (findings, true);

        void AddRegions(StackQuestions stack, IReadOnlyList<(string? Name, bool IsHome)> subscribed)
        {
            findings.Add(subscribed.Any(region => region.Name == stack.Cloud.Region)
                ? Finding.Good("region", $"the tenancy is subscribed to {stack.Cloud.Region}")
                : Finding.Wrong(
                    "region",
                    $"the tenancy is not subscribed to {stack.Cloud.Region}, only to "
                        + string.Join(", ", subscribed.Select(static region => region.Name)),
                    "oci iam region-subscription create --tenancy-id TENANCY --region-key KEY"));
            var home = subscribed.FirstOrDefault(static region => region.IsHome).Name;
            var configured = stack.Cloud.HomeRegion ?? stack.Cloud.Region;
            if (home is not null)
            {
                findings.Add(home == configured
                    ? Finding.Good("home region", $"it is {home}")
                    : Finding.Wrong(
                        "home region",
                        $"it is {home}, but the stack file means {configured}, so policies could not be written",
                        stack.Set("homeRegion", home)));
            }
        }
    }
}
