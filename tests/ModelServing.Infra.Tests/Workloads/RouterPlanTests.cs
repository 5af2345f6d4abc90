using System.Text;
using k8s.Models;
using ModelServing.Contracts;
using ModelServing.Infra.Tests.Rendering;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.Stacks.Preview;

namespace ModelServing.Infra.Tests.Workloads;

/// <summary>How the plan reaches the routers: they watch its ConfigMap.</summary>
[Collection(nameof(OneAtATime))]
public class RouterPlanTests
{
    [Fact]
    public async Task Routers_may_read_the_plan_and_nothing_else()
    {
        var run = await RunAsync();
        var role = (V1Role)Read(run.Only("kubernetes:rbac.authorization.k8s.io/v1:Role"));
        var rule = Assert.Single(role.Rules);
        Assert.Equal([""], rule.ApiGroups);
        Assert.Equal(["configmaps"], rule.Resources);
        Assert.Equal(["plan"], rule.ResourceNames);
        Assert.Equal(["get", "list", "watch"], rule.Verbs);

        var binding = (V1RoleBinding)Read(run.Only("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"));
        Assert.Equal(("Role", role.Metadata.Name), (binding.RoleRef.Kind, binding.RoleRef.Name));
        var subject = Assert.Single(binding.Subjects);
        Assert.Equal(("ServiceAccount", "router", "modelserving"), (subject.Kind, subject.Name, subject.NamespaceProperty));
        Assert.Equal(role.Metadata.NamespaceProperty, binding.Metadata.NamespaceProperty);
    }

    [Fact]
    public async Task Their_pods_have_a_token_and_are_created_after_the_plan_and_the_right_to_read_it()
    {
        var made = (await RunAsync()).Named("kubernetes:apps/v1:Deployment", "router");
        var pod = ((V1Deployment)Read(made)).Spec.Template.Spec;
        Assert.True(pod.AutomountServiceAccountToken);
        Assert.Equal(
            "kubernetes:modelserving/plan",
            Assert.Single(pod.Containers).Env.Single(static variable => variable.Name == "MODELSERVING_PLAN").Value);
        Assert.Equal(2, (await made.AfterAsync()).Count(static name => name == "plan"));
    }

    [Fact]
    public async Task A_plan_that_does_not_fit_into_a_ConfigMap_as_text_is_compressed_and_the_preview_shows_the_text()
    {
        var plan = PlanOf(new string('r', PlanObject.MaxBytes));
        var made = (await Rendered.FromAsync(some => some.Workloads(plan: plan))).Named("kubernetes:core/v1:ConfigMap", "plan");
        Assert.False(made.Inputs.ContainsKey("data"));
        var map = (V1ConfigMap)Read(made);
        Assert.Equal(plan.ToUtf8(), new PlanObject(null, map.BinaryData[ClusterNames.CompressedPlanKey]).ToUtf8());

        var shown = PlanText.Show(made.Json());
        Assert.Equal(plan.ToUtf8(), Encoding.UTF8.GetBytes(shown["data"]![ClusterNames.PlanKey]!.GetValue<string>()));
        Assert.Null(shown["binaryData"]);
    }

    [Fact]
    public async Task A_plan_that_does_not_even_fit_compressed_is_refused_before_anything_is_applied()
    {
        var random = Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(2 * PlanObject.MaxBytes));
        var refusal = await Rendered.RefusalAsync(some => some.Workloads(plan: PlanOf(random)));
        Assert.Contains("a ConfigMap holds at most 1048576", refusal, StringComparison.Ordinal);
    }

    private static PlanDocument PlanOf(string revision) => new()
    {
        Schema = PlanDocument.CurrentSchema,
        Rollouts = new()
        {
            [ModelName.Parse("fraud")] = new RolloutPlan
            {
                Revision = revision,
                DeadlineMilliseconds = 1000,
                Variants = [new VariantPlan(VariantPlan.Stable, new ModelVersion(1), PlanDocument.Buckets)],
            },
        },
    };

    private static Task<Rendered> RunAsync() => Rendered.FromAsync(static some => some.Workloads());

    private static object Read(Made made) => ClusterObjects.Read(made.Type, made.Json());
}
