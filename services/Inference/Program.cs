using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Inference;

return await ServiceHost.RunAsync(
    "inference", static environment => new InferenceSettings(environment), InferenceHost.Add, InferenceHost.Map);
