using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Inference;
using ModelServing.Runtime.FirstRuns;

return FirstRunChild.IsFor(args)
    ? FirstRunChild.Run(args)
    : await ServiceHost.RunAsync(
        "inference", static environment => new InferenceSettings(environment), InferenceHost.Add, InferenceHost.Map);
