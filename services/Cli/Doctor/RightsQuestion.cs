using ModelServing.Oci.Rest;
using ModelServing.Settings.Cloud;

namespace ModelServing.Cli.Doctor;

/// <summary>Whether the identity may see each kind of resource, which each service is asked by listing one.</summary>
internal static class RightsQuestion
{
    /// <summary>What only a tenancy's administrator or an apply can show.</summary>
    private const string NotAskable = "OCI answers no question about the right to create something. Each service above was asked to list, "
        + "which needs less. The statements for a deployer are in docs/deploy.md, step 2";

    internal static async Task<IReadOnlyList<Finding>> AskAsync(StackQuestions stack, CancellationToken cancellation)
    {
        var findings = new List<Finding>();
        foreach (var (service, statement, target) in Targets(stack))
            findings.Add(await AskAsync(service, statement, target));
        var (space, problem) = await stack.SpaceAsync(cancellation);
        var buckets = $"manage object-family in compartment id {stack.Cloud.Compartment}";
        findings.Add(space is null
            ? Finding.Unasked("right to object-family", problem)
            : await AskAsync(RestService.ObjectStorage, buckets, $"/n/{Uri.EscapeDataString(space)}/b?{stack.InCompartment}&limit=1"));
        if (stack.Cloud.KmsKey is { } key)
        {
            findings.Add(VaultOf(key) is { } vault
                ? await AskAsync(
                    vault, $"read keys in compartment id {stack.Cloud.Compartment}", $"/20180608/keys/{Uri.EscapeDataString(key)}")
                : Finding.Unasked("right to keys", $"{key} does not name the vault that would be asked"));
        }

        findings.Add(Finding.Note("rights", NotAskable));
        return findings;

        async Task<Finding> AskAsync(RestService service, string statement, string target)
        {
            var answer = await stack.Rest.GetAsync(service, target, cancellation);
            var check = $"right to {statement.Split(' ')[1]}";
            return answer switch
            {
                { IsSuccess: true } => Finding.Good(check, $"{service.Name} answers"),
                { IsRefusal: true } => Finding.Wrong(
                    check,
                    $"{service.Name} refuses to answer: {answer.Problem}",
                    $"a policy needs: Allow group GROUP to {statement}"),
                _ => Finding.Unasked(check, answer.Problem),
            };
        }
    }

    // Each vault has an address of its own, which begins with the fifth part of its keys' identifiers: the example of Oracle's page
    // "Listing Master Encryption Keys" has both.
    private static RestService? VaultOf(string key) => key.Split('.') is [_, _, _, _, { Length: > 0 } vault, _]
        ? new RestService("the key's vault", vault + "-management.kms.{region}.{domain}")
        : null;

    // The statement that an apply needs, and a list that a part of it allows.
    private static IEnumerable<(RestService Service, string Statement, string Target)> Targets(StackQuestions stack)
    {
        var cloud = stack.Cloud;
        yield return InCompartment(RestService.Network, "virtual-network-family", "/20160918/vcns");
        yield return InCompartment(RestService.Network, "instance-family", "/20160918/instances");
        yield return InCompartment(RestService.Kubernetes, "cluster-family", "/20180222/clusters");
        yield return InCompartment(RestService.Redis, "redis-family", "/20220315/redisClusters");
        yield return InCompartment(RestService.Nosql, "nosql-family", "/20190828/tables");
        yield return InCompartment(RestService.ContainerRegistry, "repos", "/20160918/container/repositories");
        yield return InCompartment(RestService.ApiGateway, "api-gateway-family", "/20190501/gateways");
        yield return InCompartment(RestService.Logging, "logging-family", "/20200531/logGroups");
        yield return InCompartment(RestService.Functions, "functions-family", "/20181201/applications");
        yield return InCompartment(RestService.Notifications, "ons-family", "/20181201/topics");
        yield return InCompartment(RestService.Monitoring, "alarms", "/20180401/alarms");
        yield return InCompartment(RestService.Events, "cloudevents-rules", "/20181201/rules");
        yield return InCompartment(RestService.Identity, "policies", "/20160918/policies");
        yield return InTenancy(RestService.Identity, "manage dynamic-groups", "/20160918/dynamicGroups");
        if (cloud.Cluster.Access == ClusterAccess.Bastion)
            yield return InCompartment(RestService.Bastion, "bastion-family", "/20210331/bastions");
        if (cloud.Costs.TagNamespace is not null)
            yield return InTenancy(RestService.Identity, "use tag-namespaces", "/20160918/tagNamespaces");
        if (cloud.Costs.Budget is not null)
            yield return InTenancy(RestService.Budgets, "manage usage-budgets", "/20190111/budgets");
        // The secrets that an apply reads.
        foreach (var secret in (string?[])[cloud.Cache.PasswordSecret, cloud.Functions.Splitter?.KeySecret])
        {
            if (secret is not null)
            {
                yield return (
                    RestService.Secrets,
                    $"read secret-bundles in compartment id {cloud.Compartment}",
                    $"/20190301/secretbundles/{Uri.EscapeDataString(secret)}/versions?limit=1");
            }
        }

        (RestService, string, string) InCompartment(RestService service, string family, string path) =>
            (service, $"manage {family} in compartment id {cloud.Compartment}", $"{path}?{stack.InCompartment}&limit=1");

        (RestService, string, string) InTenancy(RestService service, string right, string path) =>
            (service, $"{right} in tenancy", $"{path}?{stack.InTenancy}&limit=1");
    }
}
