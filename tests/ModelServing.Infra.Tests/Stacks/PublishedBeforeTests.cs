using ModelServing.Registry;
using ModelServing.Stacks;

namespace ModelServing.Infra.Tests.Stacks;

/// <summary>A stack file names what is published, and a run checks that.</summary>
[Collection(nameof(OneAtATime))]
public sealed class PublishedBeforeTests
{
    [Fact]
    public async Task Versions_that_were_published_before_ModelLoader_are_checked_at_the_end_of_the_apply()
    {
        var run = await SomeStack.OfModelsAsync("fraud: { stable: { version: 1 }, canary: { version: 2, percent: 5 }, keepWarm: [3] }");

        var calls = run.OfType("oci:Functions/invokeFunction:InvokeFunction").OrderBy(static call => call.Name).ToList();
        Assert.Equal(["checks-fraud-v1", "checks-fraud-v2", "checks-fraud-v3"], calls.Select(static call => call.Name));
        // Detached, so a slow check fails no apply; and last, because a new function gets its rights only after some minutes.
        Assert.All(calls, static call => Assert.Equal(
            ("ocid1.fnfunc.functions-model-loader", "detached"), ((string)call.Inputs["functionId"], (string)call.Inputs["fnInvokeType"])));
        foreach (var call in calls)
        {
            Assert.Equal(
                ["modelserving:infra:FunctionPolicies function-policies", "modelserving:infra:Gateway gateway"],
                await call.DependenciesAsync());
        }

        // ModelLoaderTests sends the same text. It is an event that the rule lets through.
        const string Event = "{\"eventType\":\"com.oraclecloud.objectstorage.createobject\",\"eventID\":\"apply-fraud-1\",\"data\":{"
            + "\"resourceName\":\"models/fraud/1/manifest.json\",\"additionalDetails\":{\"bucketName\":\"modelserving-some-artifacts\","
            + "\"namespace\":\"examplespace\"}}}";
        Assert.Equal(Event, calls[0].Inputs["invokeFunctionBody"]);
        var rule = (string)Assert.Single(run.OfType("oci:Events/rule:Rule")).Inputs["condition"];
        Assert.Contains("com.oraclecloud.objectstorage.createobject", rule, StringComparison.Ordinal);
        Assert.Contains("models/*/manifest.json", rule, StringComparison.Ordinal);
        Assert.Contains("modelserving-some-artifacts", rule, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_is_not_published_fails_the_run_and_its_setting_is_named()
    {
        var configuration = SomeStack.Online(SomeStack.File());
        var both = new SomeCloud(true, "models/fraud/1/manifest.json", "models/fraud/2/manifest.json");
        await StackRendering.RunAsync(both, configuration, "some", isPreview: false);
        Assert.Equal(2, both.Calls.Count(call => call.Token!.EndsWith(":getObjects", StringComparison.Ordinal)));

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => StackRendering.RunAsync(
            new SomeCloud(true, "models/fraud/1/manifest.json", "models/fraud/2/model.onnx"),
            configuration,
            "some",
            isPreview: false));
        Assert.Contains("modelserving:models.fraud.canary.version", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("models.fraud.stable.version", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_canary_with_other_inputs_fails_the_run_unless_the_file_allows_it()
    {
        var other = SomeArtifacts.Contents(canary: static manifest => manifest with { Inputs = [new("area", Datatype.Fp32, [-1, 1])] });
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => StackRendering.RunAsync(
            new SomeCloud(true, SomeStack.Published) { Contents = other }, SomeStack.Online(SomeStack.File()), "some", isPreview: false));
        Assert.Contains(
            "modelserving:models.fraud.canary.version: version 2 of fraud can't answer all requests of the stable version 1: it does not " +
            "take the input 'x'; it needs the input area FP32 [-1,1].",
            failure.ToString(),
            StringComparison.Ordinal);

        await StackRendering.RunAsync(
            new SomeCloud(true, SomeStack.Published) { Contents = other },
            SomeStack.Online(SomeStack.File(
                SomeStack.Canary.Replace("percent: 5", "percent: 5, allowOtherInterface: true", StringComparison.Ordinal))),
            "some",
            isPreview: false);
    }

    [Fact]
    public async Task A_view_that_is_not_published_fails_the_run_and_its_setting_is_named()
    {
        var configuration = SomeStack.Online(SomeStack.File(more: SomeStack.Features));
        string[] published = [.. SomeStack.Published, "features/card-activity/v1/definition.json"];
        await StackRendering.RunAsync(
            new SomeCloud(true, [.. published, "features/card-activity/v2/definition.json"]), configuration, "some", isPreview: false);

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => StackRendering.RunAsync(
            new SomeCloud(true, published), configuration, "some", isPreview: false));
        Assert.Contains("modelserving:features.views.card-activity.versions[1]", failure.ToString(), StringComparison.Ordinal);
        Assert.Contains("ms features apply", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("versions[0]", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_bucket_is_not_queried_before_it_exists_or_offline()
    {
        var unborn = new SomeCloud(isApplied: false);
        await StackRendering.RunAsync(unborn, SomeStack.Online(SomeStack.File()), "some", isPreview: true);
        Assert.DoesNotContain(unborn.Calls, call => call.Token!.EndsWith(":getObjects", StringComparison.Ordinal));

        var offline = new SomeCloud();
        await SomeStack.RunAsync(SomeStack.File(), offline);
        Assert.DoesNotContain(offline.Calls, call => call.Token!.EndsWith(":getObjects", StringComparison.Ordinal));
    }
}
