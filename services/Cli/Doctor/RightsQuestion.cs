using ModelServing.Oci.Rest;

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
        foreach (var (service, family, target) in Targets(stack))
        {
            var answer = await stack.Rest.GetAsync(service, target, cancellation);
            var check = $"right to {family}";
            findings.Add(answer switch
            {
                { IsSuccess: true } => Finding.Good(check, $"{service.Name} lists"),
                { IsRefusal: true } => Finding.Wrong(
                    check,
                    $"{service.Name} refuses to list: {answer.Problem}",
                    family == "dynamic-groups"
                        ? "a policy needs: Allow group GROUP to manage dynamic-groups in tenancy"
                        : $"a policy needs: Allow group GROUP to manage {family} in compartment id {stack.Cloud.Compartment}"),
                _ => Finding.Unasked(check, answer.Problem),
            });
        }

        findings.Add(Finding.Note("rights", NotAskable));
        return findings;
    }

    private static IEnumerable<(RestService Service, string Family, string Target)> Targets(StackQuestions stack)
    {
        var one = $"?{stack.InCompartment}&limit=1";
        return
        [
            (RestService.Network, "virtual-network-family", "/20160918/vcns" + one),
            (RestService.Network, "instance-family", "/20160918/instances" + one),
            (RestService.Kubernetes, "cluster-family", "/20180222/clusters" + one),
            (RestService.Redis, "redis-family", "/20220315/redisClusters" + one),
            (RestService.Nosql, "nosql-family", "/20190828/tables" + one),
            (RestService.ContainerRegistry, "repos", "/20160918/container/repositories" + one),
            (RestService.ApiGateway, "api-gateway-family", "/20190501/gateways" + one),
            (RestService.Logging, "logging-family", "/20200531/logGroups" + one),
            (RestService.Functions, "functions-family", "/20181201/applications" + one),
            (RestService.Notifications, "ons-family", "/20181201/topics" + one),
            (RestService.Monitoring, "alarms", "/20180401/alarms" + one),
            (RestService.Events, "cloudevents-rules", "/20181201/rules" + one),
            (RestService.Identity, "policies", "/20160918/policies" + one),
            (RestService.Identity, "dynamic-groups", $"/20160918/dynamicGroups?{stack.InTenancy}&limit=1"),
        ];
    }
}
