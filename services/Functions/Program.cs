using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Functions;
using ModelServing.Functions.Invoke;
using ModelServing.Hosting;

return args.Length > 0
    ? await InvokeCommand.RunAsync(args, HostEnvironment.OfProcess, CancellationToken.None)
    : await ServiceHost.RunAsync(
        "functions",
        static environment => new FunctionsHostSettings(environment),
        FunctionsHost.Add,
        FunctionsHost.Map,
        FunctionsHost.Listen);
