using ModelServing.Stacks;
using ModelServing.Stacks.Preview;

return args is ["preview", .. var options]
    ? await PreviewCommand.RunAsync(options, Console.Out, Console.Error)
    : await Pulumi.Deployment.RunAsync<ServingStack>();
